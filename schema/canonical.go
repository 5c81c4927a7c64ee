package schema

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math/big"
	"strconv"
	"strings"
)

// decode reads JSON into maps, lists and canonical numbers.
func decode(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return canonical(v), nil
}

// encode writes v as JSON with sorted keys. It panics if v holds what JSON cannot, which decode never gives.
func encode(v any) json.RawMessage {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		panic(fmt.Sprintf("encode %T: %v", v, err))
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}

// canonical gives every number in v the one form of its value, so that 0.50 and 5e-1 are the same config.
func canonical(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, x := range v {
			v[k] = canonical(x)
		}
	case []any:
		for i, x := range v {
			v[i] = canonical(x)
		}
	case json.Number:
		return number(v)
	}
	return v
}

// number writes out the digits of n, without an exponent and without zeros at the end of its fraction. A number with an
// exponent beyond mostExponent stays as it is.
func number(n json.Number) json.Number {
	mantissa, exponent, _ := strings.Cut(strings.ToLower(string(n)), "e")
	exp, err := strconv.Atoi(exponent)
	if exponent != "" && (err != nil || exp > mostExponent || exp < -mostExponent) {
		return n
	}
	r, ok := new(big.Rat).SetString(string(n))
	if !ok {
		return n
	}
	if r.IsInt() {
		return json.Number(r.Num().String())
	}
	_, fraction, _ := strings.Cut(mantissa, ".")
	return json.Number(strings.TrimRight(r.FloatString(len(fraction)+max(0, -exp)), "0"))
}
