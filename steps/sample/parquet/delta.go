package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// maxBlock is the most numbers that a block of deltas may have; usual are 128.
const maxBlock = 1 << 16

// delta reads integers of 4 or 8 bytes.
func (v *values) delta(l *leaf, src []byte) error {
	if !l.isInteger() {
		return errors.New("encoding DELTA_BINARY_PACKED is for integers only")
	}
	numbers, _, err := deltas(src, v.n)
	if err != nil {
		return err
	}
	v.data = make([]byte, 0, v.n*v.width)
	for _, n := range numbers {
		v.data = binary.LittleEndian.AppendUint64(v.data, uint64(n))[:len(v.data)+v.width]
	}
	return nil
}

// deltaLength reads byte strings whose lengths come first.
func (v *values) deltaLength(l *leaf, src []byte) error {
	if l.physical != format.ByteArray {
		return errors.New("encoding DELTA_LENGTH_BYTE_ARRAY is for byte arrays only")
	}
	lengths, src, err := deltas(src, v.n)
	if err != nil {
		return err
	}
	v.data, v.offsets = src, make([]uint32, 1, v.n+1)
	end := int64(0)
	for _, n := range lengths {
		if n < 0 || n > int64(len(src))-end {
			return errShort
		}
		end += n
		v.offsets = append(v.offsets, uint32(end))
	}
	return nil
}

// deltaBytes reads byte strings that each repeat the start of the one before: lengths of what is repeated, then what
// follows it.
func (v *values) deltaBytes(l *leaf, src []byte) error {
	if l.physical != format.ByteArray && l.physical != format.FixedLenByteArray {
		return errors.New("encoding DELTA_BYTE_ARRAY is for byte arrays only")
	}
	prefixes, src, err := deltas(src, v.n)
	if err != nil {
		return err
	}
	rest := values{n: v.n}
	if err := rest.deltaLength(&leaf{physical: format.ByteArray}, src); err != nil {
		return err
	}
	v.offsets = make([]uint32, 1, v.n+1)
	start := 0 // of the string before
	for i, prefix := range prefixes {
		if prefix < 0 || prefix > int64(len(v.data)-start) || len(v.data) > maxPage {
			return fmt.Errorf("value %d repeats %d bytes", i, prefix)
		}
		from := start
		start = len(v.data)
		v.data = append(v.data, v.data[from:from+int(prefix)]...)
		v.data = append(v.data, rest.at(i)...)
		v.offsets = append(v.offsets, uint32(len(v.data)))
	}
	return v.checkWidth()
}

// checkWidth makes sure that strings of a fixed length have it, and drops their offsets from use.
func (v *values) checkWidth() error {
	for i := range v.n {
		if size := v.offsets[i+1] - v.offsets[i]; v.width > 0 && int(size) != v.width {
			return fmt.Errorf("value %d has %d bytes, not %d", i, size, v.width)
		}
	}
	return nil
}

// deltas reads n integers that are stored as differences in blocks (Encodings.md, "Delta Encoding"), and returns what
// follows them.
func deltas(src []byte, n int) (numbers []int64, rest []byte, err error) {
	r := &varints{src: src}
	block, minis, total, last := r.unsigned(), r.unsigned(), r.unsigned(), r.signed()
	if r.bad || block > maxBlock || minis == 0 || minis > block || block%minis != 0 || block/minis%8 != 0 {
		return nil, nil, fmt.Errorf("blocks of %d numbers in %d parts", block, minis)
	}
	if total != uint64(n) {
		return nil, nil, fmt.Errorf("%d numbers where the page has %d values", total, n)
	}
	if n == 0 {
		return nil, r.src, nil
	}
	numbers = append(make([]int64, 0, n), last)
	for len(numbers) < n && !r.bad {
		numbers = r.block(numbers, n, int(minis), int(block/minis))
	}
	if r.bad {
		return nil, nil, errShort
	}
	return numbers, r.src, nil
}

// varints reads from src, and says with bad that src ended.
type varints struct {
	src []byte
	bad bool
}

func (r *varints) unsigned() uint64 {
	n, size := binary.Uvarint(r.src)
	r.skip(size)
	return n
}

func (r *varints) signed() int64 {
	n, size := binary.Varint(r.src)
	r.skip(size)
	return n
}

func (r *varints) skip(size int) {
	if size <= 0 || size > len(r.src) {
		r.bad, r.src = true, nil
		return
	}
	r.src = r.src[size:]
}

// block appends the numbers of a block: a smallest difference, the widths of the parts, and the parts. Parts behind
// the last number are absent.
func (r *varints) block(numbers []int64, n, minis, size int) []int64 {
	least := r.signed()
	widths := r.src[:min(minis, len(r.src))]
	r.skip(minis)
	for _, width := range widths {
		if r.bad || len(numbers) == n {
			break
		}
		part := r.src
		if width == 0 {
			part = nil
		} else {
			r.skip(size / 8 * int(width))
		}
		if r.bad || width > 64 {
			r.bad = true
			break
		}
		for i := range min(size, n-len(numbers)) {
			d := int64(bitsAt(part, i*int(width), int(width)))
			numbers = append(numbers, numbers[len(numbers)-1]+least+d)
		}
	}
	return numbers
}
