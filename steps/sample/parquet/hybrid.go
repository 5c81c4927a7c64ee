package parquet

import (
	"encoding/binary"
	"errors"
)

var errShort = errors.New("the page ends inside its values")

// hybrid fills dst with numbers of width bits, at most 32, in the format's mix of runs and bit-packed groups
// (Encodings.md, "Run Length Encoding / Bit-Packing Hybrid").
func hybrid[T uint8 | uint32](dst []T, src []byte, width int) error {
	for len(dst) > 0 {
		header, n := binary.Uvarint(src)
		if n <= 0 || header < 2 {
			return errShort
		}
		src = src[n:]
		var done, used int
		if header&1 == 0 {
			done, used = repeat(dst, src, width, header>>1)
		} else {
			done, used = unpack(dst, src, width, header>>1)
		}
		if done == 0 {
			return errShort
		}
		dst, src = dst[done:], src[used:]
	}
	return nil
}

// repeat fills dst with up to count times the number at the start of src. It returns how many it filled, 0 if src is
// too short, and how many bytes it used.
func repeat[T uint8 | uint32](dst []T, src []byte, width int, count uint64) (done, used int) {
	used = (width + 7) / 8
	if len(src) < used {
		return 0, 0
	}
	var number uint64
	for i := range used {
		number |= uint64(src[i]) << (8 * i)
	}
	done = int(min(count, uint64(len(dst))))
	for i := range done {
		dst[i] = T(number)
	}
	return done, used
}

// unpack fills dst from groups of 8 bit-packed numbers. It returns the same as repeat.
func unpack[T uint8 | uint32](dst []T, src []byte, width int, groups uint64) (done, used int) {
	done = len(dst)
	if groups < uint64(done+7)/8 {
		done = 8 * int(groups)
	}
	if len(src) < (done*width+7)/8 {
		return 0, 0
	}
	for i := range done {
		dst[i] = T(bitsAt(src, i*width, width))
	}
	if groups > uint64(len(src)) { // more than are needed and than are there: the last run of a page may be padded
		return done, len(src)
	}
	return done, min(len(src), int(groups)*width)
}

// bitsAt reads width bits, at most 64, from bit at on, the lowest first.
func bitsAt(src []byte, at, width int) uint64 {
	var number uint64
	for got := 0; got < width; {
		shift := (at + got) % 8
		take := min(8-shift, width-got)
		number |= uint64(src[(at+got)/8]>>shift&(1<<take-1)) << got
		got += take
	}
	return number
}
