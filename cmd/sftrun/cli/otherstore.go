package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/blob"
	"sftrun.local/steps/model/ledger"
)

// An index of the ledger belongs to one store: of another one it would say that all of its answers are gone. Beside
// each index lies a note of the place of its store. The first store of a project has the index of the plain name.
const (
	firstIndex = "ledger.sqlite"
	noteSuffix = ".store"
)

// chooseIndex gives the path of the index that belongs to the store. A store that was moved keeps its index.
func (p *project) chooseIndex(ctx context.Context) (string, error) {
	first := filepath.Join(p.state, firstIndex)
	own := filepath.Join(p.state, "ledger-"+store.Digest([]byte(p.storePlace()))[:12]+".sqlite")
	home := placeOf(first)
	if home == p.storePlace() || !exists(first) {
		return first, nil
	}
	if exists(own) || p.isThere(home) && !blob.IsAddress(home) { // one bucket has many addresses
		return own, nil
	}
	_, segments, err := ledger.Known(ctx, first)
	if err != nil {
		return first, nil // it is damaged, and built anew of whatever store there is
	}
	shares, err := p.holdsAny(ctx, segments)
	if err != nil || !shares && len(segments) > 0 && home != "" {
		return own, err
	}
	return first, nil
}

// holdsAny tells whether the store holds one of the segments.
func (p *project) holdsAny(ctx context.Context, segments []string) (bool, error) {
	for _, name := range segments {
		_, err := p.bucket.Size(ctx, name)
		if err == nil || !errors.Is(err, fs.ErrNotExist) {
			return err == nil, err
		}
	}
	return false, nil
}

// noteStore notes which store the index belongs to. Only who writes to the project does.
func (p *project) noteStore() error {
	if placeOf(p.index) == p.storePlace() {
		return nil
	}
	return os.WriteFile(p.index+noteSuffix, []byte(p.storePlace()+"\n"), 0o644)
}

// placeOf reads which store an index belongs to, "" if that is not noted.
func placeOf(index string) string {
	text, err := os.ReadFile(index + noteSuffix)
	place := string(text)
	if err != nil || !strings.HasSuffix(place, "\n") {
		return ""
	}
	return strings.TrimSuffix(place, "\n")
}

// storePlace is where the store lies, from the project if it lies within, so that both may be moved together.
func (p *project) storePlace() string { return p.storeShown() }

// atPlace is the path of a place.
func (p *project) atPlace(place string) string {
	if filepath.IsAbs(place) {
		return place
	}
	return filepath.Join(p.folder, place)
}

// isThere tells whether a store still lies at a place. Of a bucket that is taken for granted: to ask might take long.
func (p *project) isThere(place string) bool {
	return place != "" && (blob.IsAddress(place) || exists(p.atPlace(place)))
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// An otherStore is one that this project has used, and how many answers are known to be in it.
type otherStore struct {
	place   string
	answers int
	there   bool
}

// forsaken finds the store with the most answers that the project has used, if the present one holds none; nil if there
// is no such.
func (p *project) forsaken(ctx context.Context) (*otherStore, error) {
	notes, err := filepath.Glob(filepath.Join(strings.NewReplacer("*", `\*`, "?", `\?`, "[", `\[`, `\`, `\\`).Replace(p.state), "ledger*.sqlite"+noteSuffix))
	if err != nil {
		return nil, err
	}
	notes = slices.DeleteFunc(notes, func(note string) bool { return note == p.index+noteSuffix })
	if len(notes) == 0 {
		return nil, nil
	}
	if held, err := p.gateway.Holds(ctx); held > 0 || err != nil {
		return nil, err
	}
	var most *otherStore
	for _, note := range notes {
		index := strings.TrimSuffix(note, noteSuffix)
		n, _, err := ledger.Known(ctx, index)
		if err != nil || n == 0 || most != nil && n <= most.answers {
			continue // one that cannot be read is built anew when its store is used
		}
		place := placeOf(index)
		most = &otherStore{place, n, p.isThere(place)}
	}
	return most, ctx.Err()
}

// warnOfForsaken says before anything is sent that the store holds none of the answers that another one holds.
func (p *project) warnOfForsaken(ctx context.Context) (*otherStore, error) {
	other, err := p.forsaken(ctx)
	if other != nil && err == nil {
		fmt.Fprintln(p.Err, "warning:", p.forsakenText(other))
	}
	return other, err
}

func (p *project) forsakenText(o *otherStore) string {
	here := p.storePlace()
	if !o.there {
		return fmt.Sprintf("the store at %s holds no answers, so all is asked for again.  The one at %s held %d; it is gone.  If you moved it, name its new place with --store", here, o.place, o.answers)
	}
	return fmt.Sprintf("the store at %s is new: it holds none of the %d answers that the store at %s holds, so all is asked for again.  To carry them over: %s, then %s",
		here, o.answers, o.place,
		quoted([]string{"sftrun", "answers", "export", "answers.sft", "--store", o.place}),
		quoted([]string{"sftrun", "answers", "import", "answers.sft", "--store", here}))
}
