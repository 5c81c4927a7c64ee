package think_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps/think"
)

// outline writes sections as "steer:text", which reads well in a table.
func outline(sections []think.Section) []string {
	var lines []string
	for _, s := range sections {
		lines = append(lines, string(s.Family)+":"+s.Text())
	}
	return lines
}

func TestSectionsAndWhatIsLeft(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       []string
		residual   string
	}{
		{"nothing", "", nil, ""},
		{"no sections", " just\ntext ", nil, "just\ntext"},
		{"a pair", "<steer>Add.</steer>\n<exec>1+1=2</exec>\n", []string{"steer:Add.", "exec:1+1=2"}, ""},
		{"all names, any case", "<Steering>a</STEER><EXECUTE>b</exec><execution>c</Execute>", []string{"steer:a", "exec:b", "exec:c"}, ""},
		{"Chinese and emoji", "<steer>想一想</steer><exec>好 😀</exec>呢", []string{"steer:想一想", "exec:好 😀"}, "呢"},
		{"attributes", `<steer id="1">a</steer><exec>b</exec>`, []string{"exec:b"}, `<steer id="1">a</steer>`},
		{"families do not close each other", "<steer>a</exec>b", nil, "<steer>a</exec>b"},
		{"an opening tag is text inside its family", "<steer>a<steering>b</steer>c</steer>", []string{"steer:a<steering>b"}, "c</steer>"},
		{"nested", "<steer>a<exec>b</exec>c</steer>d", []string{"steer:a<exec>b</exec>c", "exec:b"}, "d"},
		{"overlapping", "<steer>a<exec>b</steer>c</exec>d", []string{"steer:a<exec>b", "exec:b</steer>c"}, "d"},
		{"residual pieces", "x <steer>a</steer>\n y\nz <exec>b</exec> ", []string{"steer:a", "exec:b"}, "x y\nz"},
		{"longer names", "<steerings>a</steerings><executions>b</executions>", nil, "<steerings>a</steerings><executions>b</executions>"},
		{"long s is not an s", "<\u017fteer>a</\u017fteer>", nil, "<\u017fteer>a</\u017fteer>"},
	} {
		sections := think.Sections(c.text)
		if got := outline(sections); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %q, want %q", c.name, got, c.want)
		}
		if got := think.Residual(c.text, sections); got != c.residual {
			t.Errorf("%s: residual %q, want %q", c.name, got, c.residual)
		}
	}
}

func FuzzSections(f *testing.F) {
	oracles := map[think.Family]*regexp.Regexp{
		think.Steer: regexp.MustCompile(`(?s)<` + fold("steer", "steering") + `>(.*?)</` + fold("steer", "steering") + `>`),
		think.Exec:  regexp.MustCompile(`(?s)<` + fold("exec", "execute", "execution") + `>(.*?)</` + fold("exec", "execute", "execution") + `>`),
	}
	for _, seed := range []string{
		"<steer>a</steer><exec>b</exec>", "<STEERING>中</steer>😀<execute></EXECUTION>", "<steer><exec></steer></exec>", "<exec><exec></exec>x</exec>",
		"</steer>a<steer>b</steer>", "<steer>a", "<steer x='1'>a</steer>", "<exec>a</execution>b</exec>", "<steering>a</steer>", "<STEER>\r\n</sTeErInG>", "<steer><steer>a</steer></steer>",
		strings.Repeat("<steer>a</steer>", 2000), strings.Repeat("<exec>", 2000), "<steer>\xff\x00</steer>", "<\u017fteer>a</steer>",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		sections := think.Sections(text)
		for family, oracle := range oracles {
			var got [][]int
			for _, s := range sections {
				if s.Family == family {
					got = append(got, []int{s.Start, s.End, s.TextStart, s.TextEnd})
				}
			}
			if want := oracle.FindAllStringSubmatchIndex(text, -1); !slices.EqualFunc(got, want, slices.Equal) {
				t.Errorf("%q: %s at %v, want %v", text, family, got, want)
			}
		}
		if got, want := squeeze(think.Residual(text, sections)), squeeze(outside(text, sections)); got != want {
			t.Errorf("%q: residual %q, want %q", text, got, want)
		}
	})
}

// fold returns a pattern for words in ASCII letters of either case, without a capturing group.
func fold(words ...string) string {
	var patterns []string
	for _, word := range words {
		var p strings.Builder
		for _, c := range word {
			p.WriteString("[" + string(c) + strings.ToUpper(string(c)) + "]")
		}
		patterns = append(patterns, p.String())
	}
	return "(?:" + strings.Join(patterns, "|") + ")"
}

// outside returns the bytes of a text that no section covers.
func outside(text string, sections []think.Section) string {
	var out []byte
	for i := range len(text) {
		covered := slices.ContainsFunc(sections, func(s think.Section) bool { return s.Start <= i && i < s.End })
		if covered {
			out = append(out, ' ')
		} else {
			out = append(out, text[i])
		}
	}
	return string(out)
}

// squeeze removes all white space, so that texts can be compared without it.
func squeeze(s string) string { return strings.Join(strings.FieldsFunc(s, isBlank), "") }

func isBlank(r rune) bool { return think.Trim(string(r)) == "" }
