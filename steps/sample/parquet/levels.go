package parquet

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/parquet-go/parquet-go/format"
)

// levelsV1 reads levels that follow their size in 4 bytes, and returns what follows them.
func levelsV1(data []byte, n, highest int, encoding format.Encoding) (list, rest []byte, err error) {
	if highest == 0 {
		return nil, data, nil
	}
	if encoding != format.RLE {
		return nil, nil, fmt.Errorf("levels in encoding %v are not supported; write the file again", encoding)
	}
	if len(data) < 4 {
		return nil, nil, errShort
	}
	size := int64(binary.LittleEndian.Uint32(data))
	if data = data[4:]; size > int64(len(data)) {
		return nil, nil, errShort
	}
	list, err = levels(data[:size], n, highest)
	return list, data[size:], err
}

// levels reads n levels from 0 to highest.
func levels(data []byte, n, highest int) ([]byte, error) {
	if highest == 0 {
		return nil, nil
	}
	list := make([]byte, n)
	if err := hybrid(list, data, bits.Len(uint(highest))); err != nil {
		return nil, err
	}
	for _, level := range list {
		if int(level) > highest {
			return nil, fmt.Errorf("level %d, the highest is %d", level, highest)
		}
	}
	return list, nil
}
