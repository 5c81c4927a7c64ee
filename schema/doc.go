// Package schema reads a pipeline: it loads the CUE files of a folder with the definitions of the kinds, evaluates
// them, fills in the defaults that `@default(…)` names, and gives each step's config as canonical JSON. A mistake
// becomes one error at the place in the user's file, with what to do about it.
//
// The definitions that all pipelines share are in sft.cue; a kind's own definition comes as an argument. Together they
// are the CUE package sftrun.local/sft. [Layout] gives its files for a user's folder, so that editors and plain
// `cue vet` know it; [Load] uses the binary's own copy in any case, and says when the folder's differs.
//
// Evaluation is a function of the files, the variant and the tags alone: it asks no registry, no clock, no
// environment. The package never executes a step, never writes a file, and knows nothing of what a kind does.
package schema
