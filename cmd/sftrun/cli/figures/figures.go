// Package figures writes numbers for people: counts, money, sizes, durations, dates. It never prints.
package figures

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Count writes a whole number with commas: 11313 is "11,313".
func Count(n int) string {
	digits := strconv.Itoa(n)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}

// Of writes a number with its noun: "1 row", "2,000 rows".
func Of(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return Count(n) + " " + noun + "s"
}

// USD writes an amount of money with cents and without a sign of the currency: "1,022.10". What is more than nothing
// is never written as nothing: below half a cent two digits are shown, "0.0012".
func USD(amount float64) string {
	if amount > 0 && amount < 0.005 {
		amount = max(amount, 1e-6)
		return strconv.FormatFloat(amount, 'f', int(1-math.Floor(math.Log10(amount))), 64)
	}
	cents := int(math.Round(amount * 100))
	return fmt.Sprintf("%s.%02d", Count(cents/100), cents%100)
}

// Limit writes an amount of money as it was laid down, to the last digit, with cents at least: "25.00", "0.001".
func Limit(amount float64) string {
	text := strconv.FormatFloat(amount, 'f', -1, 64)
	if _, cents, _ := strings.Cut(text, "."); len(cents) > 2 {
		return text
	}
	return USD(amount)
}

// Tokens writes a number of tokens: "850", "12.9 k", "11.0 M".
func Tokens(n int) string {
	switch {
	case n >= 1e9:
		return fmt.Sprintf("%.1f G", float64(n)/1e9)
	case n >= 1e6:
		return fmt.Sprintf("%.1f M", float64(n)/1e6)
	case n >= 1e4:
		return fmt.Sprintf("%.1f k", float64(n)/1e3)
	}
	return Count(n)
}

// Size writes a number of bytes in decimal units: "812 B", "14 kB", "1.6 GB", "212 GB".
func Size(n int64) string {
	if n < 1000 {
		return fmt.Sprintf("%d B", n)
	}
	value := float64(n)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		value /= 1000
		switch {
		case value < 9.95:
			return fmt.Sprintf("%.1f %s", value, unit)
		case value < 999.5:
			return fmt.Sprintf("%.0f %s", value, unit)
		}
	}
	return fmt.Sprintf("%.0f PB", value/1000)
}

// Span writes how long something took: "0.2 s", "31 s", "3 min 20 s", "5 h 12 min".
func Span(d time.Duration) string {
	switch {
	case d < 0:
		return "0 s"
	case d < 9950*time.Millisecond:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", d.Seconds()), ".0") + " s"
	case d < time.Minute-500*time.Millisecond:
		return fmt.Sprintf("%.0f s", d.Seconds())
	}
	d = d.Round(time.Second)
	if d < time.Hour {
		return fmt.Sprintf("%d min %d s", d/time.Minute, d%time.Minute/time.Second)
	}
	d = d.Round(time.Minute)
	return fmt.Sprintf("%d h %d min", d/time.Hour, d%time.Hour/time.Minute)
}

// Day writes a moment, in the zone of its location: "22 Nov 18:40", with the year if it is not that of now.
func Day(t, now time.Time) string {
	if t.Year() != now.Year() {
		return t.Format("2 Jan 2006 15:04")
	}
	return t.Format("2 Jan 15:04")
}
