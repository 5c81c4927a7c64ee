package parquet

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// plainDictionary is what early writers called format.RLEDictionary.
const plainDictionary format.Encoding = 2

// values are the values of a page that are not null, in the bytes of the plain encoding.
type values struct {
	n       int
	width   int      // bytes of a value; 0 if offsets tell
	data    []byte   // all values, one after another
	offsets []uint32 // where values start in data, and one more

	dict    *values // if not nil, indexes tell which of its values stands where
	indexes []uint32
}

// at returns value number i, as part of the page.
func (v *values) at(i int) []byte {
	if v.dict != nil {
		return v.dict.at(int(v.indexes[i]))
	}
	if v.width > 0 {
		return v.data[i*v.width : (i+1)*v.width]
	}
	return v.data[v.offsets[i]:v.offsets[i+1]]
}

// decodeValues decodes n values of a column. The result may share memory with src.
func decodeValues(l *leaf, encoding format.Encoding, src []byte, n int, dict *values) (*values, error) {
	v := &values{n: n, width: l.width}
	var err error
	switch encoding {
	case format.Plain:
		err = v.plain(l, src)
	case plainDictionary, format.RLEDictionary:
		err = v.indexed(src, dict)
	case format.RLE:
		err = v.booleans(l, src)
	case format.DeltaBinaryPacked:
		err = v.delta(l, src)
	case format.DeltaLengthByteArray:
		err = v.deltaLength(l, src)
	case format.DeltaByteArray:
		err = v.deltaBytes(l, src)
	case format.ByteStreamSplit:
		err = v.streams(src)
	default:
		err = fmt.Errorf("encoding %v is not known", encoding)
	}
	return v, err
}

func (v *values) plain(l *leaf, src []byte) error {
	switch {
	case l.physical == format.Boolean:
		v.data = make([]byte, v.n)
		if done, _ := unpack(v.data, src, 1, uint64(v.n+7)/8); done < v.n {
			return errShort
		}
	case v.width > 0:
		if len(src) < v.n*v.width {
			return errShort
		}
		v.data = src[:v.n*v.width]
	default:
		return v.plainBytes(src)
	}
	return nil
}

// plainBytes finds the byte strings in src, each after its length in 4 bytes, and moves them together.
func (v *values) plainBytes(src []byte) error {
	if len(src) < 4*v.n {
		return errShort
	}
	v.offsets = make([]uint32, 1, v.n+1)
	end := 0
	for pos := 0; len(v.offsets) <= v.n; {
		if len(src)-pos < 4 {
			return errShort
		}
		size := int(binary.LittleEndian.Uint32(src[pos:]))
		pos += 4
		if size > len(src)-pos {
			return errShort
		}
		end += copy(src[end:], src[pos:pos+size])
		pos += size
		v.offsets = append(v.offsets, uint32(end))
	}
	v.data = src[:end]
	return nil
}

// indexed reads indexes into the dictionary, after a byte that holds their width.
func (v *values) indexed(src []byte, dict *values) error {
	if dict == nil {
		return fmt.Errorf("there is no dictionary")
	}
	if v.n == 0 {
		return nil
	}
	if len(src) == 0 || src[0] > 32 {
		return errShort
	}
	v.dict, v.indexes = dict, make([]uint32, v.n)
	if err := hybrid(v.indexes, src[1:], int(src[0])); err != nil {
		return err
	}
	for _, i := range v.indexes {
		if int(i) >= dict.n {
			return fmt.Errorf("value %d of a dictionary of %d is asked for", i, dict.n)
		}
	}
	return nil
}

// booleans reads bits, after the size of their encoding in 4 bytes.
func (v *values) booleans(l *leaf, src []byte) error {
	if l.physical != format.Boolean {
		return fmt.Errorf("encoding RLE is for booleans only")
	}
	if len(src) < 4 {
		return errShort
	}
	v.data = make([]byte, v.n)
	return hybrid(v.data, src[4:], 1)
}

// streams puts values together whose first bytes come first, then all second bytes, and so on.
func (v *values) streams(src []byte) error {
	if v.width == 0 || len(src) < v.n*v.width {
		return errShort
	}
	v.data = make([]byte, v.n*v.width)
	for b := range v.width {
		for i := range v.n {
			v.data[i*v.width+b] = src[b*v.n+i]
		}
	}
	return nil
}
