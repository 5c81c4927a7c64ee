package jsonl

import (
	"bytes"
	"encoding/binary"
	"math/bits"
)

// text walks over a string, from quote to quote.
func (s *scanner) text() bool {
	s.pos++
	if s.known {
		return s.stepOver()
	}
	for {
		s.pos = plainEnd(s.data, s.pos)
		switch {
		case s.skip('"'):
			return true
		case s.skip('\\'):
			if !s.escape() {
				return false
			}
		case s.at('\n') || s.at('\r'):
			return s.refuse("the line ends inside a string: the row is torn, or a line end in its text is not written as \\n")
		default:
			return s.fail("the rest of a string, with control characters escaped")
		}
	}
}

// stepOver goes behind the quote that ends a string: the first one that has an even number of backslashes before it.
func (s *scanner) stepOver() bool {
	for start := s.pos; ; {
		n := bytes.IndexByte(s.data[s.pos:], '"')
		if n < 0 {
			s.pos = len(s.data)
			return s.fail("the rest of a string")
		}
		quote := s.pos + n
		s.pos = quote + 1
		slashes := 0
		for quote-slashes > start && s.data[quote-slashes-1] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return true
		}
	}
}

// escape walks over what follows a backslash.
func (s *scanner) escape() bool {
	if s.skip('u') {
		for range 4 {
			if s.pos >= len(s.data) || !isHex(s.data[s.pos]) {
				return s.fail("four hexadecimal digits")
			}
			s.pos++
		}
		return true
	}
	for _, c := range []byte(`"\/bfnrt`) {
		if s.skip(c) {
			return true
		}
	}
	return s.fail(`one of "\/bfnrtu after a backslash`)
}

func (s *scanner) number() bool {
	s.skip('-')
	if !s.skip('0') && !s.digits() {
		return false
	}
	if s.skip('.') && !s.digits() {
		return false
	}
	if s.skip('e') || s.skip('E') {
		if !s.skip('+') {
			s.skip('-')
		}
		return s.digits()
	}
	return true
}

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && isDigit(s.data[s.pos]) {
		s.pos++
	}
	if s.pos == start {
		return s.fail("a digit")
	}
	return true
}

func (s *scanner) literal(word string) bool {
	for i := range len(word) {
		if !s.skip(word[i]) {
			return s.fail(word)
		}
	}
	return true
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }

func isHex(c byte) bool { return isDigit(c) || 'a' <= c|0x20 && c|0x20 <= 'f' }

// plainEnd returns the first place from i on that holds a quote, a backslash or a control character, or the length
// of b. Nearly all bytes of a dataset pass through here, so it looks at eight at a time, with the zero byte test of
// Mycroft (Hacker's Delight, 6-1): it may err only above a true hit, and the lowest hit is the one that counts.
func plainEnd(b []byte, i int) int {
	for ; i+8 <= len(b); i += 8 {
		w := binary.LittleEndian.Uint64(b[i:])
		if hits := below(w, 0x20) | below(w^ones*'"', 1) | below(w^ones*'\\', 1); hits != 0 {
			return i + bits.TrailingZeros64(hits)/8
		}
	}
	for i < len(b) && b[i] >= 0x20 && b[i] != '"' && b[i] != '\\' {
		i++
	}
	return i
}

// ones has a one in each of its eight bytes.
const ones = 0x0101010101010101

// below marks the bytes of w that are smaller than n, n at most 128, in their highest bits.
func below(w, n uint64) uint64 { return (w - ones*n) &^ w & (ones * 0x80) }
