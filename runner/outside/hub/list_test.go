package hub_test

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/steps"
)

func names(shards []steps.Shard) string {
	var all []string
	for _, s := range shards {
		all = append(all, s.Name)
	}
	return strings.Join(all, " ")
}

// The layouts are those of the Hub's pages "File names and splits" and "Manual Configuration".
func TestSplitsAreFoundAsLoadDatasetFindsThem(t *testing.T) {
	card := func(yaml string) string { return "---\nlicense: mit\n" + yaml + "---\n# A card\n" }
	for _, c := range []struct {
		name, files, card, config, split, want string
	}{
		{name: "one file", files: "data.csv", split: "train", want: "data.csv"},
		{name: "one file, no test", files: "data.csv", split: "test", want: `! has no split "test"; it has train`},
		{name: "by name", files: "train.csv test.csv validation.csv", split: "test", want: "test.csv"},
		{name: "my_train_file", files: "my_train_file.csv train1.csv test1.csv contrain.csv", split: "train", want: "my_train_file.csv train1.csv"},
		{name: "keywords", files: "data/training.csv data/eval.csv data/valid.csv", split: "validation", want: "data/valid.csv"},
		{name: "eval is test", files: "data/training.csv data/eval.csv data/valid.csv", split: "test", want: "data/eval.csv"},
		{name: "delimited", files: "testfile.csv train.csv", split: "test", want: `! has no split "test"; it has train`},
		{name: "folders", files: "data/train/a.csv data/train/b.csv data/test/c.csv", split: "train", want: "data/train/a.csv data/train/b.csv"},
		{name: "folders before names", files: "train/test.csv", split: "test", want: `! has no split "test"; it has train`},
		{name: "many", files: "train_0.csv train_1.csv test_0.csv", split: "train", want: "train_0.csv train_1.csv"},
		{name: "own split", files: "data/train-00000-of-00002.parquet data/train-00001-of-00002.parquet data/random-00000-of-00001.parquet",
			split: "random", want: "data/random-00000-of-00001.parquet"},
		{name: "with a digest", files: "data/train-00000-of-00001-a09b74b3ef9c3b56.parquet data/test.parquet", split: "train",
			want: "data/train-00000-of-00001-a09b74b3ef9c3b56.parquet"},
		{name: "all splits", files: "train.jsonl test.jsonl", split: "", want: "test.jsonl train.jsonl"},
		{name: "what is no data", files: "train.jsonl .cache/train.jsonl __pycache__/train.jsonl config.json train.py train.md", split: "train", want: "train.jsonl"},
		{name: "one format", files: "train-a.jsonl.gz train-b.json train-c.csv", split: "train", want: "train-a.jsonl.gz train-b.json"},
		{name: "nothing", files: "notes.md", split: "train", want: "! has no files of rows"},

		{name: "folder as configuration", files: "math/train-00000-of-00001.parquet math/hard-00000-of-00001.parquet code/train.parquet",
			config: "math", split: "hard", want: "math/hard-00000-of-00001.parquet"},
		{name: "converted", files: "default/train/0000.parquet default/test/0000.parquet", config: "default", split: "train", want: "default/train/0000.parquet"},
		{name: "no such configuration", files: "train.parquet", config: "math", split: "train", want: `! declares no configurations, and has no folder "math"`},

		{name: "card", files: "data.csv holdout.csv", card: "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path: data.csv\n  - split: test\n    path: holdout.csv\n",
			split: "test", want: "holdout.csv"},
		{name: "card with lists", files: "data/abc.csv data/def.csv holdout/ghi.csv", card: "configs:\n- config_name: default\n  data_files:\n  - split: train\n    path:\n    - data/abc.csv\n    - data/def.csv\n  - split: test\n    path: holdout/*.csv\n",
			split: "train", want: "data/abc.csv data/def.csv"},
		{name: "card, train by itself", files: "main_data.csv more.csv", card: "configs:\n- config_name: main_data\n  data_files: main_data.csv\n- config_name: more\n  data_files: [more.csv]\n",
			config: "more", split: "train", want: "more.csv"},
		{name: "several, none the default", files: "a.csv b.csv", card: "configs:\n- config_name: a\n  data_files: a.csv\n- config_name: b\n  data_files: b.csv\n",
			split: "train", want: "! has 2 configurations and no default: a, b.  Say which"},
		{name: "marked default", files: "a.csv b.csv", card: "configs:\n- config_name: a\n  data_files: a.csv\n- config_name: b\n  data_files: b.csv\n  default: true\n",
			split: "train", want: "b.csv"},
		{name: "unknown configuration", files: "a.csv", card: "configs:\n- config_name: a\n  data_files: a.csv\n", config: "c", split: "train", want: `! has no configuration "c"; it has a`},
		{name: "folder of a configuration", files: "x/train.csv x/test.csv y/train.csv", card: "configs:\n- config_name: x\n  data_dir: x\n", split: "train", want: "x/train.csv"},
		{name: "declared and absent", files: "a.csv", card: "configs:\n- config_name: a\n  data_files:\n  - split: train\n    path: b.csv\n", split: "train", want: `! declares the split "train", but none of its files is there`},
		{name: "files elsewhere", files: "a.csv", card: "configs:\n- config_name: a\n  data_files: https://example.com/a.csv\n", split: "train", want: "! declares files that lie elsewhere"},
		{name: "broken card", files: "a.csv", card: "configs: [\n", split: "train", want: "! README.md: its YAML is not understood"},
		{name: "card without configs", files: "train.csv", card: "size_categories:\n- 1K<n<10K\n", split: "train", want: "train.csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			files := map[string]string{}
			for _, f := range strings.Fields(c.files) {
				files["o/n/"+f] = f
			}
			if c.card != "" {
				files["o/n/README.md"] = card(c.card)
			}
			w := newWorld(t, files, hubtest.Options{})
			shards, err := list(t.Context(), w.client(hub.Options{}), "hf://o/n", c.config, c.split)
			if problem, ok := strings.CutPrefix(c.want, "! "); ok {
				if err == nil || !strings.Contains(err.Error(), problem) {
					t.Errorf("%s, %v; want the error %q", names(shards), err, problem)
				}
			} else if err != nil || names(shards) != c.want {
				t.Errorf("%s, %v; want %s", names(shards), err, c.want)
			}
		})
	}
}

func TestPatternsNameFilesByThePathBelowTheirFixedPart(t *testing.T) {
	w := newWorld(t, map[string]string{
		"o/n/data/a-1.parquet": "1", "o/n/data/a-2.parquet": "2", "o/n/data/deep/a-3.parquet": "3", "o/n/other.txt": "4", "o/n/da#ta/x y%20z.jsonl": "5",
		"o/n@v1/data/a-1.parquet": "old",
	}, hubtest.Options{})
	c := w.client(hub.Options{})
	for address, want := range map[string]string{
		"hf://o/n/data/*.parquet":         "a-1.parquet a-2.parquet",
		"hf://o/n/data/**/*.parquet":      "a-1.parquet a-2.parquet deep/a-3.parquet",
		"hf://o/n/**/a-3.parquet":         "data/deep/a-3.parquet",
		"hf://o/n/data/a-2.parquet":       "a-2.parquet",
		"hf://o/n/*.txt":                  "other.txt",
		"hf://o/n@v1/data/*":              "a-1.parquet",
		"hf://o/n/da#ta/x y%20z.jsonl":    "x y%20z.jsonl",
		"hf://o/n/{data,other}/*.parquet": "data/a-1.parquet data/a-2.parquet",
	} {
		shards, err := list(t.Context(), c, address, "", "test")
		if err != nil || names(shards) != want {
			t.Errorf("%s: %q, %v; want %q", address, names(shards), err, want)
		}
		for _, s := range shards {
			if text, err := all(open(t, c, s)); err != nil || len(text) != int(s.Size) {
				t.Errorf("read %s: %q, %v", s.Place, text, err)
			}
		}
	}
	for address, want := range map[string]string{
		"hf://o/n/data":         "/data is a folder; write /** behind it",
		"hf://o/n/dat/*":        "no file matches",
		"hf://o/n/data/*.jsonl": "no file matches",
	} {
		if _, err := list(t.Context(), c, address, "", ""); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %q", address, err, want)
		}
	}
}

func TestDigestsComeFromTheHubWithoutReadingData(t *testing.T) {
	w := newWorld(t, map[string]string{"o/n/train-1.jsonl": "{}\n", "o/n/train-2.jsonl.gz": "packed"}, hubtest.Options{})
	shards, err := list(t.Context(), w.client(hub.Options{}), "hf://o/n", "", "train")
	if err != nil || len(shards) != 2 {
		t.Fatal(shards, err)
	}
	sum := sha256.Sum256([]byte("packed"))
	if got := shards[1].Digest; got != hex.EncodeToString(sum[:]) || shards[1].Size != 6 {
		t.Errorf("a file in large file storage has %d bytes and the digest %s, want the SHA-256 of its bytes", shards[1].Size, got)
	}
	if got := shards[0].Digest; got != hub.GitDigest+"0967ef424bce6791893e9a57bb952f80fd536e93" { // git hash-object
		t.Errorf("a file in git has the digest %s", got)
	}
	for _, s := range shards {
		if n := w.hub.Count("o/n/" + s.Name); n != (hubtest.Count{}) {
			t.Errorf("%s was asked for: %+v", s.Name, n)
		}
	}
}

func TestThousandsOfFilesArriveInPages(t *testing.T) {
	files := map[string]string{}
	for i := range 2500 {
		files[fmt.Sprintf("o/n/data/train-%05d-of-02500.jsonl", i)] = "{}\n"
	}
	w := newWorld(t, files, hubtest.Options{})
	w.hub.Next("", hubtest.None, hubtest.None, hubtest.TooMany, hubtest.None, hubtest.Unavailable)
	shards, err := list(t.Context(), w.client(hub.Options{}), "hf://o/n", "", "train")
	if err != nil || len(shards) != 2500 {
		t.Fatalf("%d files, %v; want 2,500", len(shards), err)
	}
	if !slices.IsSortedFunc(shards, func(a, b steps.Shard) int { return strings.Compare(a.Name, b.Name) }) {
		t.Error("not sorted")
	}
	if n := w.hub.Count("").Requests; n != 1+3+2 {
		t.Errorf("%d requests, want one for the commit, three pages, and two again", n)
	}
}

func TestARenamedRepositoryIsFollowed(t *testing.T) {
	w := newWorld(t, map[string]string{
		"o/old/.hub.json": `{"movedTo":"o/new"}`, "o/new/.hub.json": `{"private":true,"allow":["` + string(good) + `"]}`, "o/new/train.jsonl.gz": "rows",
	}, hubtest.Options{})
	c := w.client(hub.Options{Token: good})
	s := one(t, c, "hf://o/old")
	if text, err := all(open(t, c, s)); err != nil || string(text) != "rows" {
		t.Errorf("%q, %v", text, err)
	}
	if !strings.HasPrefix(s.Place, "hf://o/old@") {
		t.Errorf("place %s, want it under the name that the user wrote", s.Place)
	}
}

func TestACommitIsPinnedAndStaysWhatItIs(t *testing.T) {
	w := newWorld(t, map[string]string{"o/n/train.jsonl": "main\n", "o/n@refs%2Fconvert%2Fparquet/train.jsonl": "converted\n"}, hubtest.Options{})
	c := w.client(hub.Options{})
	a, _ := hub.Parse("hf://o/n@refs/convert/parquet")
	commit, err := c.Pin(t.Context(), a)
	if err != nil {
		t.Fatal(err)
	}
	before := w.hub.Count("").Requests
	if again, err := c.Pin(t.Context(), a.At(commit)); err != nil || again != commit || w.hub.Count("").Requests != before {
		t.Errorf("a commit was pinned to %s, %v, with %d requests; want itself, with none", again, err, w.hub.Count("").Requests-before)
	}
	shards, err := c.List(t.Context(), a.At(commit), "", "train")
	if err != nil || len(shards) != 1 {
		t.Fatal(shards, err)
	}
	if text, err := all(open(t, c, shards[0])); err != nil || string(text) != "converted\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := c.List(t.Context(), a, "", ""); err == nil {
		t.Error("a branch was listed as if it were a commit")
	}
}
