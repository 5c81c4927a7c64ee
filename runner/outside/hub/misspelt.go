package hub

import (
	"fmt"
	"strings"
)

// misspelt finds what people write in the place of an address, and says what to write.
func misspelt(text string) error {
	lower := strings.ToLower(text)
	for _, start := range []string{"https://huggingface.co/", "http://huggingface.co/", "huggingface://", "hf:/", "hf:"} {
		if strings.HasPrefix(lower, start) && !strings.HasPrefix(text, scheme) {
			return fmt.Errorf("%q is no address that is known; write %s", text, suggestion(text[len(start):]))
		}
	}
	rest, ok := strings.CutPrefix(text, scheme)
	if !ok {
		return fmt.Errorf("%q is no address of the Hugging Face Hub; write hf://OWNER/NAME", text)
	}
	if strings.TrimSpace(text) != text {
		return fmt.Errorf("%q has blanks around it; write %q", text, strings.TrimSpace(text))
	}
	return misplaced(text, rest)
}

// suggestion makes the address of the rest of a web address, as far as it can be told.
func suggestion(rest string) string {
	rest = strings.TrimPrefix(strings.Trim(rest, "/"), "datasets/")
	parts := strings.Split(rest, "/")
	if len(parts) < 2 {
		return "hf://OWNER/NAME"
	}
	repo := scheme + parts[0] + "/" + parts[1]
	if len(parts) > 3 && (parts[2] == "tree" || parts[2] == "blob" || parts[2] == "resolve") {
		return strings.Join(append([]string{repo + "@" + parts[3]}, parts[4:]...), "/")
	}
	return repo
}

// misplaced finds addresses of other things than datasets, and those that stop early.
func misplaced(text, rest string) error {
	first, behind, more := strings.Cut(rest, "/")
	switch first {
	case "models", "spaces", "buckets", "kernels":
		return fmt.Errorf("%q names one of the %s of the Hub; rows are read from datasets: hf://OWNER/NAME", text, first)
	case "dataset":
		return fmt.Errorf("%q: the kind is written in the plural; write %sdatasets/%s", text, scheme, behind)
	case "datasets":
		first, behind, more = strings.Cut(behind, "/")
	}
	name, _, _ := strings.Cut(behind, "@")
	if !more || first == "" || name == "" {
		return fmt.Errorf("%q names no repository; write hf://OWNER/NAME, both as in the address of its page", text)
	}
	return nil
}
