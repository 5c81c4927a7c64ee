package runner

import (
	"context"
	"errors"
	"io/fs"
	"slices"
)

// A Damage is one thing in the store that is not as it was stored, or is missing though something names it.
type Damage struct {
	Name    string `json:"name"` // within the bucket
	Class   string `json:"class"`
	Problem string `json:"problem"`
	Missing bool   `json:"missing,omitempty"`
	Of      string `json:"of,omitempty"`   // which part of which step of which run it is, if that is known
	Kept    bool   `json:"kept,omitempty"` // Discard leaves it alone: it cannot be made again for nothing
	Runs    []int  `json:"runs,omitempty"` // runs that rest on it

	makes  []string // names of what names it
	what   string   // what it is of the part that it belongs to
	placed bool     // Of says which part
}

// found notes a damage, once for each name, and returns what is known of it.
func (v *verification) found(d Damage, makes ...string) *Damage {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.damage[d.Name] == nil {
		v.damage[d.Name] = &d
	}
	known := v.damage[d.Name]
	known.makes = append(known.makes, makes...)
	return known
}

// also notes what else names a damaged thing, and returns its damage; nil if none was found.
func (v *verification) also(name, by string) *Damage {
	v.mu.Lock()
	defer v.mu.Unlock()
	d := v.damage[name]
	if d != nil {
		d.makes = append(d.makes, by)
	}
	return d
}

// known returns the damage of a name, nil if none was found.
func (v *verification) known(name string) *Damage {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.damage[name]
}

// absent notes that something is missing, unless who named it is gone by now too: gc deletes first what names, then
// what is named.
func (v *verification) absent(ctx context.Context, name, class, by string) (*Damage, error) {
	if d := v.also(name, by); d != nil {
		return d, nil
	}
	_, err := v.store.Bucket().Size(ctx, name)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if _, err := v.store.Bucket().Size(ctx, by); errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	} else if err != nil {
		return nil, err
	}
	return v.found(Damage{Name: name, Class: class, Problem: "it is missing", Missing: true}, by), nil
}

// describe says what a damaged thing is, unless that is known already. what is it within the action that made it.
func (v *verification) describe(d *Damage, of, what string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if d.Of == "" {
		d.Of, d.what = of, what
	}
}

// place says which part of which step a damaged thing belongs to. The newest run that says so is believed.
func (v *verification) place(d *Damage, of string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	switch {
	case d.placed:
	case d.what != "":
		d.Of, d.placed = d.what+" of "+of, true
	default:
		d.Of, d.placed = "the record of "+of, true
	}
}

// concerns notes that a run rests on what is damaged.
func (d *Damage) concerns(run int) {
	if !slices.Contains(d.Runs, run) {
		d.Runs = append(d.Runs, run)
	}
}
