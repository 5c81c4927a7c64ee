package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"sftrun.local/cmd/sftrun/cli/settings"
	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/runner/store/blob"
)

// lookupsAway is how many names are looked for at once in a store at the end of a wire.
const lookupsAway = 32

// openStore opens the store that the settings name: a folder, or a bucket in a cloud, to which nothing is sent yet.
func (p *project) openStore(ctx context.Context) error {
	if !p.away() {
		p.bucket = store.NewDir(p.settings.Store).WrittenBy(p.writer())
	} else {
		b, err := blob.Open(ctx, p.settings.Store, blob.Options{Env: p.cloudsHere(p.settings.Clouds)})
		if err != nil {
			return err
		}
		p.bucket = b
	}
	p.store = store.New(p.bucket)
	return nil
}

// cloudsHere has a file that .env names lie where it says, seen from the project.
func (p *project) cloudsHere(clouds map[string]string) map[string]string {
	const file = "GOOGLE_APPLICATION_CREDENTIALS"
	if path := clouds[file]; path != "" && !filepath.IsAbs(path) {
		clouds[file] = filepath.Join(p.folder, path)
	}
	return clouds
}

// away tells whether the store lies in a bucket, and not in a folder.
func (p *project) away() bool { return blob.IsAddress(p.settings.Store) }

func (p *project) lookups() int {
	if p.away() {
		return lookupsAway
	}
	return 0
}

// closeStore ends the connections to the store.
func (p *project) closeStore() error {
	if b, ok := p.bucket.(*blob.Bucket); ok {
		return b.Close()
	}
	return nil
}

// sweep removes what processes that were killed have left in the store.
func (p *project) sweep(ctx context.Context) error {
	switch b := p.bucket.(type) {
	case *store.Dir:
		return b.Sweep()
	case *blob.Bucket:
		return b.Sweep(ctx)
	}
	return nil
}

// spaceLeft is how much may still be written to the store. Of a bucket in a cloud nobody knows.
func spaceLeft(s *settings.Settings) (bytes int64, known bool) {
	if blob.IsAddress(s.Store) {
		return 0, false
	}
	return freeSpace(s.Store)
}

// useStore says that this process applies the pipeline with the store, until release is called. All of it works under
// the context that is given. The project is locked.
func (p *project) useStore(ctx context.Context) (using context.Context, release func(), err error) {
	b, away := p.bucket.(*blob.Bucket)
	if !away {
		held, err := runner.ShareStore(p.settings.Store, p.state)
		if err != nil {
			return nil, nil, err
		}
		p.turn = runner.TurnAt(p.settings.Store, func() { p.waits("Another project") })
		return ctx, func() { held.Release() }, nil
	}
	if err := b.Probe(ctx); err != nil {
		return nil, nil, err
	}
	lessee, err := runner.NewLessee(b, p.state)
	if err != nil {
		return nil, nil, err
	}
	held, err := lessee.Share(ctx, p.pipeline.Name)
	if err != nil {
		return nil, nil, err
	}
	p.turn, p.mayAsk = lessee.Turn(p.waits), lessee.MayAsk
	return held.Context(), func() { runner.GiveBack(ctx, held) }, nil
}

// ownStore makes sure that no other process works with the store, until release is called. All of it works under the
// context that is given. The project is locked.
func (p *project) ownStore(ctx context.Context) (owning context.Context, release func(), err error) {
	b, away := p.bucket.(*blob.Bucket)
	if !away {
		held, err := runner.OwnStore(p.settings.Store, p.state)
		if err != nil {
			return nil, nil, err
		}
		return ctx, func() { held.Release() }, nil
	}
	if err := b.Probe(ctx); err != nil {
		return nil, nil, err
	}
	lessee, err := runner.NewLessee(b, p.state)
	if err != nil {
		return nil, nil, err
	}
	held, err := lessee.Own(ctx)
	if err != nil {
		return nil, nil, err
	}
	return held.Context(), func() { runner.GiveBack(ctx, held) }, nil
}

// waits tells for whom an apply waits before it asks models.
func (p *project) waits(who string) {
	p.pause(func() {
		fmt.Fprintf(p.Err, "%s is asking models with this store.  This apply waits for its turn, so that nothing is paid for twice.\n", who)
	})
}

// elsewhere says which process applies the pipeline with the store, perhaps on another machine; "" if none does or if it
// cannot be told, as it is told besides.
func (p *project) elsewhere(ctx context.Context) string {
	b, away := p.bucket.(*blob.Bucket)
	if !away {
		return ""
	}
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	who, err := runner.Applying(ctx, b, p.pipeline.Name)
	if err != nil {
		return ""
	}
	return who
}

// tagStore makes sure that nobody deletes from the store while a tag is set, which keeps a run. The project need not be
// locked.
func (p *project) tagStore(ctx context.Context) (release func(), err error) {
	b, away := p.bucket.(*blob.Bucket)
	if !away {
		held, err := runner.ShareStore(p.settings.Store, "")
		if err != nil {
			return nil, err
		}
		return func() { held.Release() }, nil
	}
	lessee, err := runner.NewLessee(b, "")
	if err != nil {
		return nil, err
	}
	held, err := lessee.Share(ctx, "setting a tag")
	var other *runner.ElsewhereError
	if errors.As(err, &other) {
		return nil, fmt.Errorf("%s is setting a tag in this store.  Try again in a moment", other.Held.Holder)
	}
	if err != nil {
		return nil, err
	}
	return func() { runner.GiveBack(ctx, held) }, nil
}
