package settings

import (
	"bytes"
	"fmt"
	"os"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/cuecontext"
	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/parser"
	"github.com/knadh/koanf/parsers/dotenv"
)

// mostBytes is the most that a file of settings may have. They take a few lines; the parsers recurse or slow down with
// millions of them.
const mostBytes = 64 << 10

// readSmall reads a file of settings, without its byte-order mark.
func readSmall(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostBytes {
		return nil, fmt.Errorf("%s is no regular file of at most %d KB, as settings are", path, mostBytes>>10)
	}
	text, err := os.ReadFile(path)
	return bytes.TrimPrefix(text, []byte("\ufeff")), err
}

// firstBadLine finds the line, from 1, up to which a .env does not parse. Its text may hold a key, so it is never shown.
func firstBadLine(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		n++
		if _, err := dotenv.Parser().Unmarshal(line); err != nil {
			return n
		}
	}
	return max(n, 1)
}

// plainCUE reads a file of settings: names and values, nothing to evaluate, so it ends.
func plainCUE(path string, text []byte) (map[string]any, error) {
	file, err := parser.ParseFile(path, text)
	if err != nil {
		return nil, placed(path, err)
	}
	for _, d := range file.Decls {
		if _, ok := d.(*ast.Package); ok {
			continue
		}
		if f, ok := d.(*ast.Field); !ok || !isPlain(f.Value) {
			return nil, fmt.Errorf("%s:%d: settings are plain; write NAME: value, one a line", path, d.Pos().Line())
		}
	}
	values := map[string]any{}
	if err := cuecontext.New().BuildFile(file).Decode(&values); err != nil {
		return nil, placed(path, err)
	}
	return values, nil
}

func isPlain(e ast.Expr) bool {
	if sign, ok := e.(*ast.UnaryExpr); ok {
		e = sign.X
	}
	_, ok := e.(*ast.BasicLit)
	return ok
}

// placed puts the place ahead of an error of CUE.
func placed(path string, err error) error {
	at := cueerrors.Positions(err)
	if len(at) == 0 {
		return fmt.Errorf("%s: %w", path, err)
	}
	return fmt.Errorf("%s:%d:%d: %w", path, at[0].Line(), at[0].Column(), err)
}
