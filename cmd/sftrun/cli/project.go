package cli

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"regexp"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/providers"
	"sftrun.local/cmd/sftrun/cli/settings"
	"sftrun.local/runner"
	"sftrun.local/runner/outside/bucket"
	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubsource"
	"sftrun.local/runner/outside/spool"
	"sftrun.local/runner/outside/web"
	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps/model"
)

// stateFolder, within the project, is where this machine keeps what it knows of it.
const stateFolder = ".sftrun"

// A project is a folder with a pipeline, and all that is needed to work on it.
type project struct {
	*app
	folder    string // absolute
	state     string
	settings  *settings.Settings
	pipeline  *schema.Pipeline
	bucket    store.Bucket
	store     *store.Store
	gateway   *model.Gateway
	providers *providers.Set // who answers behind the gateway
	hub       *hubsource.Source
	buckets   *bucket.Source
	web       *web.Source
	index     string // of the ledger, a file that belongs to this store
	git       string
	color     bool

	turn   runner.Turn  // of asking models, while the store is in use
	mayAsk func() error // right before each request that costs something; nil = always
	pause  func(func()) // runs a function while nothing else is written

	noWait bool     // for the answers of batch jobs
	adopt  []string // batch jobs that somebody else made
}

// openProject loads the pipeline and the settings. A project that is open for reading changes no file.
func (a *app) openProject(ctx context.Context, cmd *cobra.Command, readOnly bool) (*project, error) {
	folder, err := filepath.Abs(a.dir)
	if err != nil {
		return nil, err
	}
	p := &project{app: a, folder: folder, state: filepath.Join(folder, stateFolder), pause: func(f func()) { f() }}
	if err := a.checkHome(p.folder, p.state); err != nil {
		return nil, err
	}
	if p.settings, err = a.loadSettings(cmd, folder); err != nil {
		return nil, err
	}
	if err := checkPlaces(folder, p.settings); err != nil {
		return nil, err
	}
	p.color = a.colours(p.settings)
	if p.pipeline, err = schema.Load(ctx, schema.Options{Dir: folder, Variant: a.variant, Tags: a.tags, Kinds: a.definitions()}); err != nil {
		return nil, err
	}
	if a.rehearsal != nil {
		if err := a.rehearsal.takeOver(p); err != nil {
			return nil, err
		}
	}
	p.git = gitState(ctx, folder, p.files())
	if err := p.openStore(ctx); err != nil {
		return nil, err
	}
	if p.index, err = p.chooseIndex(ctx); err != nil {
		return nil, err
	}
	if p.gateway, err = p.openGateway(readOnly); err != nil {
		return nil, err
	}
	p.hub, p.buckets, p.web = p.openHub(), bucket.New(bucket.Options{Env: p.settings.Clouds}), web.New(web.Options{Agent: "sftrun/" + version()})
	return p, nil
}

// openHub makes the source of rows that lie on the Hugging Face Hub.
func (p *project) openHub() *hubsource.Source {
	return hubsource.New(func() (*hub.Client, error) {
		return hub.New(hub.Options{Endpoint: p.settings.HubEndpoint, Token: hub.Token(p.settings.HubToken), Agent: "sftrun/" + version()})
	})
}

// loadSettings reads the settings of this machine for a project.
func (a *app) loadSettings(cmd *cobra.Command, folder string) (*settings.Settings, error) {
	user, err := os.UserConfigDir()
	if err != nil {
		user = "" // there is no such folder where neither HOME nor XDG_CONFIG_HOME is set
	}
	home, err := os.UserHomeDir()
	if err != nil {
		home = ""
	}
	return settings.Load(settings.Options{Dir: folder, UserDir: user, Home: home, Environ: a.Environ, Flags: cmd.Flags()})
}

// colours tells whether standard output takes colours.
func (a *app) colours(s *settings.Settings) bool {
	return s.Color == "always" || s.Color == "auto" && isTerminal(a.Out) && !a.json
}

// files lists the files that the pipeline is written in: CUE, and those that steps declare.
func (p *project) files() []string {
	files := append([]string{}, p.pipeline.Sources...)
	for _, s := range p.pipeline.Steps {
		for _, f := range s.Files {
			files = append(files, f.Path)
		}
	}
	return files
}

// options are the runner's, but for what single commands add.
func (p *project) options() runner.Options {
	output := p.settings.Output
	if p.variant != "" {
		output = filepath.Join(output, p.variant)
	}
	return runner.Options{
		Pipeline: p.pipeline, Kinds: p.kinds, Gateway: p.batches(), Store: p.store,
		Dir: p.folder, State: p.state, Output: output, Sources: p.remote(),
		Variant: p.variant, Workers: p.settings.Workers, Tool: version(), Git: p.git,
		Lookups: p.lookups(), Turn: p.turn, Room: func() (int64, bool) { return spaceLeft(p.settings) },
	}
}

// spoolFolder, within the state, holds temporary files of shards that are being read.
const spoolFolder = "spool"

// remote are the sources of rows that lie on no disk of this machine.
func (p *project) remote() []runner.Source {
	all := []runner.Source{p.hub, p.buckets, p.web}
	for i, s := range all {
		all[i] = spool.New(s, filepath.Join(p.state, spoolFolder))
	}
	return all
}

// applying says which process applies the project now, "" if none does.
func (p *project) applying(ctx context.Context) string {
	who, held := runner.Holder(p.state)
	if !held {
		who = p.elsewhere(ctx)
	}
	switch {
	case !held && who == "":
		return ""
	case who == "":
		return "Another process is applying."
	}
	return sinceWhen.ReplaceAllString(who, " has been applying since $1") + "."
}

// sinceWhen is how the holder of the lock ends what it says of itself.
var sinceWhen = regexp.MustCompile(` \(since (\d\d:\d\d)(:\d\d)?\)$`)

// writer names this project to a store that it may share with others, on other machines too: the same name for each of
// its processes, of which the lock lets one at a time write.
func (p *project) writer() string {
	host, _ := os.Hostname()
	return store.Digest([]byte(host + "\n" + p.state))[:16]
}

func (p *project) close() error {
	if p.hub != nil {
		p.hub.Close()
		p.buckets.Close()
		p.web.Close()
	}
	p.providers.Close()
	return errors.Join(p.gateway.Close(), p.closeStore())
}
