package runner

import (
	"context"
	"strings"

	"sftrun.local/runner/store"
)

// A Class counts what is of one kind in a store.
type Class struct {
	Name  string `json:"name"` // one of the constants below, or the folder within the bucket
	Count int    `json:"count"`
	Bytes int64  `json:"bytes"`
}

// What gc deletes, in this order: nothing ever names what is gone already. So a kill at any moment leaves a store in
// which every plan is sound, and the next gc goes on.
const (
	ManifestClass = "manifests" // one of each step that is done
	RecordClass   = "records"   // one of each part of a step
	ObjectClass   = "objects"   // parts of datasets, and what steps rested on
)

var deleted = []struct{ class, prefix string }{
	{ManifestClass, manifestPrefix}, {RecordClass, recordPrefix}, {ObjectClass, store.ObjectPrefix},
}

// weigh counts what goes and what stays.
func (g *Garbage) weigh(ctx context.Context) error {
	goes, stays := map[string]*Class{}, map[string]*Class{}
	for e, err := range store.Entries(ctx, g.store.Bucket(), "") {
		if err != nil {
			return err
		}
		class, known := classOf(e.Name)
		in := stays
		if known && !g.reach.holds(e.Name) {
			in = goes
		}
		if in[class] == nil {
			in[class] = &Class{Name: class}
		}
		in[class].Count++
		in[class].Bytes += e.Size
	}
	g.Delete, g.Keep = inOrder(goes), inOrder(stays)
	return nil
}

// classOf what lies under a name, and whether gc may delete such: what has not the name that sftrun would give is not
// its own.
func classOf(name string) (class string, known bool) {
	for _, d := range deleted {
		if !strings.HasPrefix(name, d.prefix) {
			continue
		}
		if _, object := store.ObjectDigest(name); object || d.class != ObjectClass && recordShape(name) {
			return d.class, true
		}
	}
	folder, _, within := strings.Cut(name, "/")
	if !within {
		folder = "other"
	}
	return folder, false
}

// inOrder lists classes: those that gc may delete first, in the order in which it does.
func inOrder(classes map[string]*Class) []Class {
	all := []Class{}
	for _, d := range deleted {
		if c := classes[d.class]; c != nil {
			all = append(all, *c)
			delete(classes, d.class)
		}
	}
	for _, name := range sortedKeys(classes) {
		all = append(all, *classes[name])
	}
	return all
}
