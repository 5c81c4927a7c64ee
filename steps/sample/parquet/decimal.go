package parquet

import (
	"math/big"
	"strings"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// maxScale is the most digits behind the point; more would let a damaged schema write rows without bound.
const maxScale = 1000

// decimal returns the writer of numbers with scale digits behind the point.
func (l *leaf) decimal(scale int) (string, writer) {
	if scale < 0 || scale > maxScale {
		return "", nil
	}
	switch l.physical {
	case format.Int32, format.Int64:
		return "decimal", func(dst []byte, v *pq.Value) ([]byte, flaw) {
			return appendDecimal(dst, big.NewInt(number(v)), scale), noFlaw
		}
	case format.ByteArray, format.FixedLenByteArray:
		return "decimal", func(dst []byte, v *pq.Value) ([]byte, flaw) {
			return appendDecimal(dst, bigEndian(v.ByteArray()), scale), noFlaw
		}
	}
	return "", nil
}

// bigEndian reads a number in two's complement.
func bigEndian(raw []byte) *big.Int {
	n := new(big.Int).SetBytes(raw)
	if len(raw) > 0 && raw[0] >= 0x80 {
		n.Sub(n, new(big.Int).Lsh(big.NewInt(1), uint(8*len(raw))))
	}
	return n
}

func appendDecimal(dst []byte, n *big.Int, scale int) []byte {
	if n.Sign() < 0 {
		dst = append(dst, '-')
	}
	digits := new(big.Int).Abs(n).String()
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = strings.Repeat("0", missing) + digits
	}
	point := len(digits) - scale
	dst = append(dst, digits[:point]...)
	if scale > 0 {
		dst = append(append(dst, '.'), digits[point:]...)
	}
	return dst
}
