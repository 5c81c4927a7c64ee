// Package prompts holds the prompts of the default pipeline, for `sftrun init` to lay out beside a new pipeline.cue.
//
// README.md says of each file what it is for, what may be written in it and which reply it asks for. The prompts
// themselves hold nothing but what the model is sent. The package never fills in a template and never calls a model.
package prompts

import "embed"

// Files holds the prompts, system.md, user.md and user_terse.md, and README.md.
//
//go:embed *.md
var Files embed.FS
