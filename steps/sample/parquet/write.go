package parquet

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"math"
	"strconv"
	"unicode/utf8"
	"unsafe"

	pq "github.com/parquet-go/parquet-go"

	"sftrun.local/steps/jsonl"
)

func writeString(dst []byte, v *pq.Value) ([]byte, flaw) {
	raw := v.ByteArray()
	text := unsafe.String(unsafe.SliceData(raw), len(raw)) // not kept, so that long texts are copied only into the row
	if !utf8.ValidString(text) {
		return jsonl.AppendString(dst, text), badText
	}
	return jsonl.AppendString(dst, text), noFlaw
}

func writeBytes(dst []byte, v *pq.Value) ([]byte, flaw) {
	dst = append(dst, '"')
	dst = base64.StdEncoding.AppendEncode(dst, v.ByteArray())
	return append(dst, '"'), noFlaw
}

func writeBool(dst []byte, v *pq.Value) ([]byte, flaw) {
	return strconv.AppendBool(dst, v.Boolean()), noFlaw
}

// number returns an integer of 4 or 8 bytes.
func number(v *pq.Value) int64 {
	if v.Kind() == pq.Int32 {
		return int64(v.Int32())
	}
	return v.Int64()
}

func writeInt(dst []byte, v *pq.Value) ([]byte, flaw) {
	return strconv.AppendInt(dst, number(v), 10), noFlaw
}

func writeUint(dst []byte, v *pq.Value) ([]byte, flaw) {
	if v.Kind() == pq.Int32 {
		return strconv.AppendUint(dst, uint64(v.Uint32()), 10), noFlaw
	}
	return strconv.AppendUint(dst, v.Uint64(), 10), noFlaw
}

func writeFloat(dst []byte, v *pq.Value) ([]byte, flaw) {
	return appendFloat(dst, float64(v.Float()), 32)
}

func writeDouble(dst []byte, v *pq.Value) ([]byte, flaw) {
	return appendFloat(dst, v.Double(), 64)
}

func writeFloat16(dst []byte, v *pq.Value) ([]byte, flaw) {
	return appendFloat(dst, float16(binary.LittleEndian.Uint16(v.ByteArray())), 32)
}

// float16 returns the value of a number of half precision (IEEE 754-2008, binary16).
func float16(bits uint16) float64 {
	sign, exponent, fraction := 1.0, int(bits>>10&0x1f), float64(bits&0x3ff)/1024
	if bits>>15 == 1 {
		sign = -1
	}
	switch {
	case exponent == 0:
		return sign * math.Ldexp(fraction, -14)
	case exponent < 0x1f:
		return sign * math.Ldexp(1+fraction, exponent-15)
	case fraction == 0:
		return math.Inf(int(sign))
	}
	return math.NaN()
}

// appendFloat writes the shortest number that reads back the same; only very small and large ones get an exponent.
func appendFloat(dst []byte, f float64, bits int) ([]byte, flaw) {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...), notNumber
	}
	layout := byte('f')
	if size := math.Abs(f); size != 0 && (size < 1e-6 || size >= 1e21) {
		layout = 'e'
	}
	return strconv.AppendFloat(dst, f, layout, -1, bits), noFlaw
}

func writeUUID(dst []byte, v *pq.Value) ([]byte, flaw) {
	raw := v.ByteArray()
	dst = append(dst, '"')
	for i, part := range [][]byte{raw[:4], raw[4:6], raw[6:8], raw[8:10], raw[10:]} {
		if i > 0 {
			dst = append(dst, '-')
		}
		dst = hex.AppendEncode(dst, part)
	}
	return append(dst, '"'), noFlaw
}
