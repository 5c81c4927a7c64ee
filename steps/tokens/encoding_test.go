package tokens_test

import (
	"fmt"
	"strings"
	"testing"

	"sftrun.local/steps/tokens"
)

func ExampleLoad() {
	counter, err := tokens.Load("cl100k_base")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(counter.Count("tiktoken is great!"))
	// Output: 6
}

func TestLoadUnknown(t *testing.T) {
	_, err := tokens.Load("gpt-4")
	if err == nil {
		t.Fatal("no error for a model's name")
	}
	for _, want := range append(tokens.Encodings(), `"gpt-4"`) {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v: does not mention %s", err, want)
		}
	}
}

func TestLoadOnce(t *testing.T) {
	for _, encoding := range tokens.Encodings() {
		first, err := tokens.Load(encoding)
		if err != nil {
			t.Fatal(err)
		}
		if second, _ := tokens.Load(encoding); second != first {
			t.Errorf("%s: loaded twice", encoding)
		}
	}
}
