package hub_test

import (
	"strings"
	"testing"

	"sftrun.local/runner/outside/hub"
)

func TestAddressesAreRead(t *testing.T) {
	for text, want := range map[string]hub.Address{
		"hf://o/n":                                 {Owner: "o", Name: "n"},
		"hf://datasets/o/n":                        {Owner: "o", Name: "n"},
		"hf://o/n@v1.0":                            {Owner: "o", Name: "n", Revision: "v1.0"},
		"hf://o/n@v1.0/data/*.parquet":             {Owner: "o", Name: "n", Revision: "v1.0", Pattern: "data/*.parquet"},
		"hf://o/n/data/**/*.jsonl":                 {Owner: "o", Name: "n", Pattern: "data/**/*.jsonl"},
		"hf://o/n/data/mail@home.jsonl":            {Owner: "o", Name: "n", Pattern: "data/mail@home.jsonl"},
		"hf://o/n@refs/pr/3/train.json":            {Owner: "o", Name: "n", Revision: "refs/pr/3", Pattern: "train.json"},
		"hf://o/n@refs/convert/parquet":            {Owner: "o", Name: "n", Revision: "refs/convert/parquet"},
		"hf://o/n@feature%2Fx/a.json":              {Owner: "o", Name: "n", Revision: "feature/x", Pattern: "a.json"},
		"hf://o/n@" + strings.Repeat("0a", 20):     {Owner: "o", Name: "n", Revision: strings.Repeat("0a", 20)},
		"hf://open-thoughts/OpenThoughts-114k_v.2": {Owner: "open-thoughts", Name: "OpenThoughts-114k_v.2"},
	} {
		got, err := hub.Parse(text)
		if err != nil || got != want {
			t.Errorf("Parse(%q) = %+v, %v; want %+v", text, got, err, want)
		}
		if again, err := hub.Parse(got.String()); err != nil || again != got {
			t.Errorf("Parse(%q) = %+v, %v; want %+v again", got.String(), again, err, got)
		}
	}
}

func TestMisspeltAddressesSayWhatToWrite(t *testing.T) {
	for text, want := range map[string]string{
		"https://huggingface.co/datasets/o/n":                       "write hf://o/n",
		"https://huggingface.co/datasets/o/n/blob/main/data/a.json": "write hf://o/n@main/data/a.json",
		"hf:/o/n":                     "write hf://o/n",
		"hf:o/n":                      "write hf://o/n",
		"HF://o/n":                    "write hf://o/n",
		"huggingface://datasets/o/n":  "write hf://o/n",
		"hf://n":                      "names no repository; write hf://OWNER/NAME",
		"hf://":                       "names no repository",
		"hf://datasets/n":             "names no repository",
		"hf://dataset/o/n":            "plural; write hf://datasets/o/n",
		"hf://models/o/n":             "rows are read from datasets",
		"hf://o/n ":                   `write "hf://o/n"`,
		"hf://o/n@":                   "no revision behind the @",
		"hf://o/n@/data":              "no revision behind the @",
		"hf://o/na me":                `"na me" is no name of the Hub`,
		"hf://o/n--m":                 `"n--m" is no name of the Hub`,
		"hf://o/n/../secret":          "no path in a repository",
		"hf://o/n/data//a":            "no path in a repository",
		"hf://o/n/data/[a.json":       "a bracket or brace is not closed",
		"https://huggingface.co/":     "write hf://OWNER/NAME",
		"s3://bucket/a":               "is no address of the Hugging Face Hub",
		"hf://o/n@main/data/{a,b.jsn": "a bracket or brace is not closed",
	} {
		_, err := hub.Parse(text)
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "\n") {
			t.Errorf("Parse(%q): %v; want %q", text, err, want)
		}
	}
}

func TestWhatIsMeantAsAnAddress(t *testing.T) {
	for text, want := range map[string]bool{
		"hf://o/n": true, "HF:o/n": true, "huggingface://o/n": true, "https://huggingface.co/datasets/o/n": true,
		"data/*.jsonl": false, "hf/data.jsonl": false, "/srv/hf:1/a": false,
	} {
		if got := hub.IsAddress(text); got != want {
			t.Errorf("IsAddress(%q) = %v", text, got)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"hf://o/n@v/a*", "hf:/x", "hf://datasets/a/b@refs/pr/1", "https://huggingface.co/datasets/a/b/tree/x"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		a, err := hub.Parse(text)
		if err != nil {
			return
		}
		if again, err := hub.Parse(a.String()); err != nil || again != a {
			t.Errorf("Parse(%q) = %+v; written %q and read again %+v, %v", text, a, a, again, err)
		}
	})
}
