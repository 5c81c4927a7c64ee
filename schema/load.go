package schema

import (
	"context"
	"errors"
	"runtime/metrics"
	"slices"
	"time"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/cuecontext"
	cueload "cuelang.org/go/cue/load"
	"cuelang.org/go/mod/modfile"
	"cuelang.org/go/mod/module"
)

const defaultTimeout = 10 * time.Second

// Load reads the pipeline of a folder. Mistakes of the user come back as [Errors], other errors as they are.
//
// CUE cannot be interrupted. When the evaluation takes longer than o.Timeout or more memory than a pipeline can need, or
// ctx ends, Load returns an error and leaves the evaluation running; the process is expected to end soon.
func Load(ctx context.Context, o Options) (*Pipeline, error) {
	limit := o.Timeout
	if limit == 0 {
		limit = defaultTimeout
	}
	timer := time.NewTimer(limit)
	defer timer.Stop()
	type result struct {
		pipeline *Pipeline
		err      error
	}
	done := make(chan result, 1)
	go func() {
		p, err := guarded(o)
		done <- result{p, err}
	}()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	before := memory()
	for {
		select {
		case r := <-done:
			return r.pipeline, r.err
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-timer.C:
			return nil, Errors{mistake(pipelineFile, "evaluating it did not end within %s; look for comprehensions (for … in …) over very many values", limit)}
		case <-look.C:
			if memory() > before+mostMemory {
				return nil, Errors{mistake(pipelineFile, "evaluating it takes more than %d MB; look for lists or texts that grow with each line", mostMemory>>20)}
			}
		}
	}
}

// mostMemory is about how many bytes an evaluation may take, looked at from time to time. Pipelines take some ten MB.
const (
	mostMemory = 1 << 30
	lookEvery  = 50 * time.Millisecond
)

// memory returns the bytes that objects take on the heap, those that are no longer used included.
func memory() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}

// guarded turns a panic of the evaluator into an error.
func guarded(o Options) (p *Pipeline, err error) {
	defer func() {
		if r := recover(); r != nil {
			p, err = nil, Errors{mistake(pipelineFile, "the CUE evaluator failed on it: %v; simplify what you wrote last", r)}
		}
	}()
	return read(o)
}

// read goes through all phases: find and parse, evaluate, check, fill in.
func read(o Options) (*Pipeline, error) {
	catalog, err := newCatalog(o.Kinds)
	if err != nil {
		return nil, err
	}
	f, err := open(o)
	if err != nil {
		return nil, err
	}
	given, err := tags(o.Tags)
	if err != nil {
		return nil, err
	}
	warnings := f.define(o.Kinds)
	instance := f.load(o.Tags)
	c := &checker{folder: f, catalog: catalog, places: newPlaces(f, catalog, instance), tags: given}
	if c.checkTags(); len(c.errors) > 0 {
		return nil, c.sorted()
	}
	if instance.Err != nil {
		return nil, c.translate(instance.Err)
	}
	ctx := cuecontext.New()
	value := ctx.BuildInstance(instance)
	if err := value.Validate(cue.Concrete(true), cue.All()); err != nil {
		return nil, c.translate(err)
	}
	c.definitions = definitions(ctx, instance)
	p, err := c.pipeline(value)
	if err != nil {
		return nil, err
	}
	p.Variant, p.Tags, p.Warnings = o.Variant, given, warnings
	p.Sources = f.sources(instance)
	return p, nil
}

// load finds the files of the pipeline and its imports, offline.
func (f *folder) load(tags []string) *build.Instance {
	pattern := "."
	if f.variant != "" {
		pattern = "./" + variantsDir + "/" + f.variant
	}
	return cueload.Instances([]string{pattern}, &cueload.Config{
		Dir:        f.dir,
		ModuleRoot: f.dir,
		Package:    packageName,
		Overlay:    f.overlay,
		Registry:   offline{},
		Tags:       tags,
	})[0]
}

// offline is a registry of modules that has none.
type offline struct{}

var errOffline = errors.New("modules are not downloaded; copy the package below cue.mod/pkg instead")

func (offline) ModFile(context.Context, module.Version) (*modfile.File, error) {
	return nil, errOffline
}

func (offline) Fetch(context.Context, module.Version) (module.SourceLoc, error) {
	return module.SourceLoc{}, errOffline
}

func (offline) ModuleVersions(context.Context, string) ([]string, error) { return nil, nil }

// sources lists the user's files that the value was made of.
func (f *folder) sources(instance *build.Instance) []string {
	var names []string
	for _, i := range append(instance.Dependencies(), instance) {
		for _, file := range i.Files {
			if f.isUsers(file.Filename) {
				names = append(names, f.relative(file.Filename))
			}
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}
