package parquet

import (
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

const (
	dateLayout  = "2006-01-02"
	clockLayout = "15:04:05"
	stampLayout = dateLayout + "T" + clockLayout
)

var (
	millis = format.TimeUnit{Value: new(format.MilliSeconds)}
	micros = format.TimeUnit{Value: new(format.MicroSeconds)}
)

// date returns the writer of days since 1970.
func (l *leaf) date() (string, writer) {
	if l.physical != format.Int32 {
		return "", nil
	}
	return "date", func(dst []byte, v *pq.Value) ([]byte, flaw) {
		return appendTime(dst, time.Unix(number(v)*24*60*60, 0), dateLayout), noFlaw
	}
}

// clock returns the writer of times since midnight, or since 1970, in a unit.
func (l *leaf) clock(kind, layout string, unit format.TimeUnit, utc bool) (string, writer) {
	if !l.isInteger() || unit.Value == nil {
		return "", nil
	}
	second := int64(time.Second / unit.Value.Duration()) // units in a second
	digits := len(fmt.Sprint(second)) - 1
	layout += "." + strings.Repeat("0", digits)
	if utc {
		layout += "Z"
	}
	return kind, func(dst []byte, v *pq.Value) ([]byte, flaw) {
		n := number(v)
		t := time.Unix(n/second, n%second*(1e9/second))
		return appendTime(dst, t, layout), noFlaw
	}
}

// julianEpoch is 1 January 1970 as a Julian day.
const julianEpoch = 2_440_588

// writeInt96 writes a timestamp of Impala and early Spark: nanoseconds of the day, and the Julian day.
func writeInt96(dst []byte, v *pq.Value) ([]byte, flaw) {
	n := v.Int96()
	nanos := int64(uint64(n[1])<<32 | uint64(n[0]))
	days := int64(int32(n[2])) - julianEpoch
	return appendTime(dst, time.Unix(days*24*60*60, nanos), stampLayout+".000000000"), noFlaw
}

func appendTime(dst []byte, t time.Time, layout string) []byte {
	dst = append(dst, '"')
	dst = t.UTC().AppendFormat(dst, layout)
	return append(dst, '"')
}

// writeInterval writes months, days and milliseconds, each of them unsigned.
func writeInterval(dst []byte, v *pq.Value) ([]byte, flaw) {
	part := func(i int) uint32 { return binary.LittleEndian.Uint32(v.ByteArray()[4*i:]) }
	return fmt.Appendf(dst, `"P%dM%dDT%d.%03dS"`, part(0), part(1), part(2)/1000, part(2)%1000), noFlaw
}
