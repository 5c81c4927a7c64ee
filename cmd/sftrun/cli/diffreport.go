package cli

import (
	"time"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/steps"
)

// A diffReport is all that is known of how two datasets differ: what --json shows, and what text and Markdown are
// made of.
type diffReport struct {
	A        diffSide     `json:"a"`
	B        diffSide     `json:"b"`
	Same     bool         `json:"same"` // the rows of all steps that were compared are the same, in the same order
	Config   diffConfig   `json:"config"`
	Encoding string       `json:"encoding,omitempty"` // that tokens are counted with
	Others   []string     `json:"encodingsNamed,omitempty"`
	Steps    []*diffStep  `json:"steps,omitempty"`
	Examples *diffRowList `json:"examples,omitempty"`
}

// A diffSide is one side.
type diffSide struct {
	Name    string     `json:"name"`
	Present bool       `json:"present"` // as it stands now, and not as a run left it
	Variant string     `json:"variant,omitempty"`
	Run     int        `json:"run,omitempty"` // the run; for a pipeline as it stands, the one that left it so
	Git     string     `json:"git,omitempty"`
	Started *time.Time `json:"started,omitempty"`
	Remarks []string   `json:"remarks,omitempty"`
}

// A diffConfig is how two pipelines differ.
type diffConfig struct {
	Whole    bool             `json:"whole"` // false if one side is known by its steps alone
	Changes  []compare.Change `json:"changes"`
	OnlyA    []string         `json:"stepsOnlyInA,omitempty"`
	OnlyB    []string         `json:"stepsOnlyInB,omitempty"`
	Versions []diffVersion    `json:"kindVersions,omitempty"`
	Files    []diffFile       `json:"files,omitempty"`
	Data     []diffData       `json:"data,omitempty"`
}

// empty tells whether the pipelines, and what they read, are the same.
func (c diffConfig) empty() bool {
	return len(c.Changes)+len(c.OnlyA)+len(c.OnlyB)+len(c.Versions)+len(c.Files)+len(c.Data) == 0
}

type diffVersion struct {
	Kind string `json:"kind"`
	A    int    `json:"a"`
	B    int    `json:"b"`
}

// A diffFile is a declared file whose text differs.
type diffFile struct {
	Path  string     `json:"path"` // of the field: "steps.transform.prompts.user"
	A     steps.File `json:"a"`
	B     steps.File `json:"b"`
	Lines string     `json:"lines,omitempty"` // how the texts differ, with -v
}

// A diffData is how the shards differ that a step read.
type diffData struct {
	Step    string   `json:"step"`
	OnlyA   []string `json:"onlyA,omitempty"`
	OnlyB   []string `json:"onlyB,omitempty"`
	Changed []string `json:"changed,omitempty"`
}

// A diffStep is how a step differs. A or B is nil where it is not there or not done.
type diffStep struct {
	Name       string          `json:"name"`
	A          *diffMade       `json:"a,omitempty"`
	B          *diffMade       `json:"b,omitempty"`
	Rows       *compare.Counts `json:"rows,omitempty"` // if both have it
	Same       bool            `json:"same"`
	Rearranged bool            `json:"rearranged,omitempty"` // the same rows, but in another order or in other parts
}

// A diffMade is what is known of a step on one side.
type diffMade struct {
	Kind     string                    `json:"kind"`
	In       int                       `json:"in"`
	Out      int                       `json:"out"` // rows
	Dropped  map[string]int            `json:"dropped,omitempty"`
	Failed   map[string]int            `json:"failed,omitempty"`
	Figures  map[string]map[string]int `json:"figures,omitempty"`
	Tokens   *compare.Spread           `json:"tokens,omitempty"`
	Kept     *diffKept                 `json:"wordsKept,omitempty"`
	Sent     int                       `json:"sent,omitempty"`     // requests, in the run
	Answered int                       `json:"answered,omitempty"` // that had their answers before
	USD      float64                   `json:"usd,omitempty"`      // spent in the run
	Cost     *float64                  `json:"rowsUSD,omitempty"`  // what the answers in these rows have cost, whenever that was
}

// A diffKept is what share of the words of the originals rows kept, 0 to 1.
type diffKept struct {
	Rows     int     `json:"rows"`
	Median   float64 `json:"median"`
	Lowest   float64 `json:"lowest"`
	LowestID string  `json:"lowestID"`
}
