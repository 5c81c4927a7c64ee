package parquet

import (
	"fmt"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// leaf is a column.
type leaf struct {
	path           string
	physical       format.Type
	width          int // bytes of a value, 0 if they differ
	maxRep, maxDef int
	kind           string // what the type is called: "string", "int64"
	write          writer
}

// A writer appends a value as JSON.
type writer func(dst []byte, v *pq.Value) ([]byte, flaw)

// flaw says what JSON could not hold of a value.
type flaw int

const (
	noFlaw flaw = iota
	badText
	notNumber
)

// widths of values by physical type.
var widths = map[format.Type]int{format.Boolean: 0, format.Int32: 4, format.Int64: 8, format.Int96: 12,
	format.Float: 4, format.Double: 8, format.ByteArray: 0}

// maxFixed is the most bytes that a value of fixed length may have.
const maxFixed = 1 << 20

func newLeaf(e *element) (*leaf, error) {
	l := &leaf{path: e.path, physical: e.Type.V, maxRep: e.rep, maxDef: e.def}
	width, ok := widths[l.physical]
	if l.physical == format.FixedLenByteArray {
		width, ok = int(e.TypeLength.V), e.TypeLength.V > 0 && e.TypeLength.V <= maxFixed
	}
	if !ok {
		return l, fmt.Errorf("column %s has type %v and length %d", l.path, l.physical, e.TypeLength.V)
	}
	l.width = width
	l.kind, l.write = l.logical(e)
	if l.write == nil {
		l.kind, l.write = l.plain()
	}
	return l, nil
}

// plain returns what a physical type alone means.
func (l *leaf) plain() (string, writer) {
	switch l.physical {
	case format.Boolean:
		return "bool", writeBool
	case format.Int32, format.Int64:
		return fmt.Sprintf("int%d", 8*l.width), writeInt
	case format.Int96:
		return "timestamp[int96]", writeInt96
	case format.Float:
		return "float", writeFloat
	case format.Double:
		return "double", writeDouble
	}
	return "binary", writeBytes
}

// logical returns what the annotation of a column means, or no writer if there is none, or one that does not fit the
// physical type or adds nothing to it.
func (l *leaf) logical(e *element) (string, writer) {
	if t := e.LogicalType.Value; t != nil {
		return l.byLogicalType(t)
	}
	if e.ConvertedType.Valid {
		return l.byConvertedType(e)
	}
	return "", nil
}

func (l *leaf) byLogicalType(logical format.LogicalTypeValue) (string, writer) {
	switch t := logical.(type) {
	case *format.StringType, *format.EnumType, *format.JsonType:
		return l.text()
	case *format.IntType:
		return l.integer(int(t.BitWidth), t.IsSigned)
	case *format.DecimalType:
		return l.decimal(int(t.Scale))
	case *format.DateType:
		return l.date()
	case *format.TimeType:
		return l.clock("time", clockLayout, t.Unit, t.IsAdjustedToUTC)
	case *format.TimestampType:
		return l.clock("timestamp", stampLayout, t.Unit, t.IsAdjustedToUTC)
	case *format.UUIDType:
		return l.fixed("uuid", 16, writeUUID)
	case *format.Float16Type:
		return l.fixed("float16", 2, writeFloat16)
	}
	return "", nil
}

func (l *leaf) byConvertedType(e *element) (string, writer) {
	switch t := e.ConvertedType.V; t {
	case deprecated.UTF8, deprecated.Enum, deprecated.Json:
		return l.text()
	case deprecated.Uint8, deprecated.Uint16, deprecated.Uint32, deprecated.Uint64:
		return l.integer(8<<(t-deprecated.Uint8), false)
	case deprecated.Int8, deprecated.Int16, deprecated.Int32, deprecated.Int64:
		return l.integer(8<<(t-deprecated.Int8), true)
	case deprecated.Decimal:
		return l.decimal(int(e.Scale.V))
	case deprecated.Date:
		return l.date()
	case deprecated.TimeMillis:
		return l.clock("time", clockLayout, millis, true)
	case deprecated.TimeMicros:
		return l.clock("time", clockLayout, micros, true)
	case deprecated.TimestampMillis:
		return l.clock("timestamp", stampLayout, millis, true)
	case deprecated.TimestampMicros:
		return l.clock("timestamp", stampLayout, micros, true)
	case deprecated.Interval:
		return l.fixed("interval", 12, writeInterval)
	}
	return "", nil
}

func (l *leaf) text() (string, writer) {
	if l.physical != format.ByteArray {
		return "", nil
	}
	return "string", writeString
}

// fixed returns the writer of a type that takes values of one width.
func (l *leaf) fixed(kind string, width int, w writer) (string, writer) {
	if l.physical != format.FixedLenByteArray || l.width != width {
		return "", nil
	}
	return kind, w
}

func (l *leaf) isInteger() bool { return l.physical == format.Int32 || l.physical == format.Int64 }

func (l *leaf) integer(bits int, signed bool) (string, writer) {
	switch {
	case !l.isInteger():
		return "", nil
	case signed:
		return fmt.Sprintf("int%d", bits), writeInt
	}
	return fmt.Sprintf("uint%d", bits), writeUint
}
