package main_test

import "strings"

// What changes prompts and models. A request is the whole text that is sent, so a space more is another request. The
// offline model heeds no prompt, and gives the same rows again.
var promptEdits = []edit{
	{name: "a prompt touched", edit: func(p *project) { p.write("prompts/user.md", p.read("prompts/user.md")) }},
	{name: "a prompt moved", edit: func(p *project) {
		rename(p, "prompts/user.md", "prompts/rewrite.md")
		p.edit("prompts/user.md", "prompts/rewrite.md")
	}},
	{name: "a prompt written as another path", edit: func(p *project) { p.edit("prompts/user.md", "./prompts/../prompts/user.md") }},
	{name: "another prompt that says the same", edit: func(p *project) {
		p.write("prompts/copy.md", p.read("prompts/user.md"))
		p.edit("prompts/user.md", "prompts/copy.md")
	}},
	{name: "two prompts that trade names", edit: func(p *project) {
		rename(p, "prompts/user.md", "prompts/x.md")
		rename(p, "prompts/system.md", "prompts/user.md")
		rename(p, "prompts/x.md", "prompts/system.md")
		p.edit(`{system: "prompts/system.md", user: "prompts/user.md"}`, `{user: "prompts/system.md", system: "prompts/user.md"}`)
	}},
	{name: "a prompt that nothing uses", edit: func(p *project) { p.write("prompts/other.md", "Other.\n") }},
	{name: "a prompt's text", edit: func(p *project) { p.write("prompts/system.md", "Be brief.\n") }, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "prompts/system.md changed (steps.transform.prompts.system)"}},
	{name: "both prompts' texts", edit: func(p *project) {
		p.write("prompts/system.md", "Be brief.\n")
		p.write("prompts/user.md", "Rewrite: {think_text}\n")
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "prompts/system.md changed (steps.transform.prompts.system); prompts/user.md changed (steps.transform.prompts.user)"}},
	{name: "a line end at the end of a prompt", edit: func(p *project) { p.write("prompts/system.md", p.read("prompts/system.md")+"\n") }, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "prompts/system.md changed (steps.transform.prompts.system)"}},
	{name: "line ends of another system in a prompt", edit: func(p *project) {
		p.write("prompts/user.md", strings.ReplaceAll(p.read("prompts/user.md"), "\n", "\r\n"))
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "prompts/user.md changed (steps.transform.prompts.user)"}},
	{name: "another prompt", edit: func(p *project) {
		p.write("prompts/terse.md", "Rewrite tersely: {think_text}\n")
		p.edit("prompts/user.md", "prompts/terse.md")
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "steps.transform.prompts.user: prompts/user.md → prompts/terse.md, whose text differs"}},
	{name: "a prompt moved and another changed", edit: func(p *project) {
		rename(p, "prompts/user.md", "prompts/rewrite.md")
		p.edit("prompts/user.md", "prompts/rewrite.md")
		p.write("prompts/system.md", "Be brief.\n")
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "prompts/system.md changed (steps.transform.prompts.system)"}},

	{name: "the model's name", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline-2"`) }, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": `models.writer.name: "outline" → "outline-2"`}},
	{name: "another model", edit: func(p *project) {
		p.edit("\tsteps: {", "\tmodels: other: {provider: \"offline\", name: \"other\"}\n\tsteps: {", "model: models.writer", "model: models.other")
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": `models.other.name: "outline" → "other"`}},
	{name: "a parameter of the model", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline", temperature: 0.5`) }, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "models.writer.temperature: 0 → 0.5"}},
	{name: "parameters of the model, one without effect", edit: func(p *project) {
		p.edit(`name: "outline"`, `name: "outline", maxOutputTokens: 9000, thinkingLevel: "high", batch: false`)
	}, reask: true,
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": `models.writer.maxOutputTokens: 20000 → 9000; models.writer.thinkingLevel: "low" → "high"`}},
	{name: "fewer rows rewritten", edit: func(p *project) { p.edit("model: models.writer", "model: models.writer, maxRows: 100") },
		actions: map[string]int{"transform": 1, "validate": 2}, least: 3, // the answers are there
		reasons: map[string]string{"transform": "steps.transform.maxRows: 5000 → 100"}},
}
