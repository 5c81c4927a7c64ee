package figures_test

import (
	"testing"
	"time"

	"sftrun.local/cmd/sftrun/cli/figures"
)

func TestNumbersReadAsPeopleWriteThem(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct{ got, want string }{
		{figures.Count(0), "0"},
		{figures.Count(999), "999"},
		{figures.Count(11313), "11,313"},
		{figures.Count(-1234567), "-1,234,567"},
		{figures.Of(1, "row"), "1 row"},
		{figures.Of(0, "row"), "0 rows"},
		{figures.Of(2000, "row"), "2,000 rows"},
		{figures.USD(0), "0.00"},
		{figures.USD(0.0001), "0.00010"},
		{figures.USD(0.00123), "0.0012"},
		{figures.USD(1e-9), "0.0000010"},
		{figures.Limit(25), "25.00"},
		{figures.Limit(0.5), "0.50"},
		{figures.Limit(0.001), "0.001"},
		{figures.Limit(12.345), "12.345"},
		{figures.Limit(1500), "1,500.00"},
		{figures.USD(22.1), "22.10"},
		{figures.USD(1999.996), "2,000.00"},
		{figures.Tokens(9999), "9,999"},
		{figures.Tokens(12900), "12.9 k"},
		{figures.Tokens(11_000_000), "11.0 M"},
		{figures.Tokens(24_200_000_000), "24.2 G"},
		{figures.Size(0), "0 B"},
		{figures.Size(999), "999 B"},
		{figures.Size(1000), "1.0 kB"},
		{figures.Size(14_400), "14 kB"},
		{figures.Size(999_600), "1.0 MB"},
		{figures.Size(1_600_000_000), "1.6 GB"},
		{figures.Size(212_000_000_000), "212 GB"},
		{figures.Span(-time.Second), "0 s"},
		{figures.Span(210 * time.Millisecond), "0.2 s"},
		{figures.Span(3 * time.Second), "3 s"},
		{figures.Span(31 * time.Second), "31 s"},
		{figures.Span(59700 * time.Millisecond), "1 min 0 s"},
		{figures.Span(200 * time.Second), "3 min 20 s"},
		{figures.Span(5*time.Hour + 12*time.Minute), "5 h 12 min"},
		{figures.Day(now.AddDate(0, 0, -1), now), "22 Nov 12:00"},
		{figures.Day(now.AddDate(-1, 0, 0), now), "23 Nov 2025 12:00"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}

func TestTableAlignsItsColumns(t *testing.T) {
	got := figures.Table([][]string{{"", "in", "why"}, {"sample", "–", "x"}, {"filter", "60,000", "longer"}}, 2)
	want := "" +
		"               in   why\n" +
		"  sample        –   x\n" +
		"  filter   60,000   longer\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
