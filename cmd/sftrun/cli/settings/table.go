package settings

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// The names of the settings, in files and in the table.
const (
	apiKey  = "apiKey"
	workers = "workers"
	store   = "store"
	output  = "output"
	color   = "color"

	hubToken    = "hubToken"
	hubEndpoint = "hubEndpoint"

	openaiKey = "openaiKey"
	geminiURL = "geminiURL"
	vertexURL = "vertexURL"
	prices    = "prices"
	thinking  = "thinking"
)

// A setting is one line of the table of all settings.
type setting struct {
	name      string
	flag      string   // "" = there is none
	variables []string // of the environment and of .env; the first that is set counts
	preset    string
	doc       string
	check     func(string) error
	secret    bool
}

// keyVariables are those that Google's own tools and common scripts use for API keys.
var keyVariables = []string{"GEMINI_API_KEY", "GOOGLE_API_KEY", "VERTEX_KEY", "VERTEX_API_KEY", "GOOGLE_CLOUD_API_KEY"}

// table lists all settings.
var table = []setting{
	{name: workers, flag: "workers", variables: []string{"SFTRUN_WORKERS"}, preset: "0",
		doc: "actions executed at once; 0 = as many as there are CPUs", check: wholeNumber},
	{name: store, flag: "store", variables: []string{"SFTRUN_STORE"}, preset: ".sftrun/store",
		doc: "folder, relative to the project, or s3://BUCKET/PREFIX or gs://BUCKET/PREFIX", check: notEmpty},
	{name: output, flag: "output", variables: []string{"SFTRUN_OUTPUT"}, preset: "output",
		doc: "folder of published files, relative to the project", check: notEmpty},
	{name: color, flag: "no-color", variables: []string{"SFTRUN_COLOR", "NO_COLOR"}, preset: "auto",
		doc: "auto, always or never", check: oneOf("auto", "always", "never")},
	{name: apiKey, flag: "api-key", variables: keyVariables, doc: "key for the model service: " + strings.Join(keyVariables, ", "), check: anything, secret: true},
	{name: hubToken, variables: []string{"HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"},
		doc: "token for private and gated datasets of the Hugging Face Hub; also found where hf auth login leaves it", check: anything, secret: true},
	{name: hubEndpoint, variables: []string{"HF_ENDPOINT"}, preset: "https://huggingface.co", doc: "address of the Hub, or of a mirror", check: notEmpty},
	{name: openaiKey, variables: []string{"OPENAI_API_KEY"}, doc: "key for servers of provider openai; many need none", check: anything, secret: true},
	{name: geminiURL, variables: []string{"GOOGLE_GEMINI_BASE_URL"}, doc: "address of the Gemini API in place of Google's, such as that of an emulator", check: address},
	{name: vertexURL, variables: []string{"GOOGLE_VERTEX_BASE_URL"}, doc: "address of Vertex AI in place of Google's", check: address},
	{name: prices, variables: []string{"SFTRUN_PRICES"}, doc: "JSON file of prices that go before the built-in ones, relative to the project", check: anything},
	{name: thinking, variables: []string{"SFTRUN_THINKING"}, doc: "JSON file of thinking levels of models that go before the built-in ones, relative to the project", check: anything},
}

// Places lists for each setting its flag and its variables, in the order in which they are looked for.
func Places() [][]string {
	rows := make([][]string, len(table))
	for i, t := range table {
		flag := "–"
		if t.flag != "" {
			flag = "--" + t.flag
		}
		rows[i] = []string{t.name, flag, strings.Join(t.variables, ", ")}
	}
	return rows
}

func names() []string {
	all := make([]string, len(table))
	for i, t := range table {
		all[i] = t.name
	}
	return all
}

func byName(name string) (setting, bool) {
	for _, t := range table {
		if t.name == name {
			return t, true
		}
	}
	return setting{}, false
}

// shown is a value as it may be shown to anybody.
func (t setting) shown(value string) string {
	switch {
	case value == "":
		return "not set"
	case t.secret:
		return "set, not shown"
	}
	return value
}

func anything(string) error { return nil }

func address(value string) error {
	if u, err := url.Parse(value); value != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("%q is no address of a server: give something like http://localhost:8000", value)
	}
	return nil
}

// KeyPlaces lists where the key for Google's models is looked for, first found wins.
func KeyPlaces() []string { return append([]string{"--api-key"}, keyVariables...) }

func wholeNumber(value string) error {
	if n, err := strconv.Atoi(value); err != nil || n < 0 {
		return fmt.Errorf("%q is no whole number from 0 on", value)
	}
	return nil
}

func notEmpty(value string) error {
	if value == "" {
		return errors.New("it is empty; give a folder")
	}
	return nil
}

func oneOf(words ...string) func(string) error {
	return func(value string) error {
		if slices.Contains(words, value) {
			return nil
		}
		return fmt.Errorf("%q is none of %s", value, strings.Join(words, ", "))
	}
}
