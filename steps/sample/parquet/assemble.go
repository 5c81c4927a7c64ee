package parquet

import (
	"context"
	"errors"

	"sftrun.local/steps/jsonl"
)

// assembler puts rows together from the columns of a row group.
type assembler struct {
	ctx     context.Context
	emit    func(row int, line []byte) error
	stopped error // what emit or ctx said

	cols  []*column
	line  []byte
	flaws Flaws
	seen  [notNumber + 1]bool // flaws of the row
}

// row assembles the row that has number row in the file and number at in the row group.
func (a *assembler) row(root *value, row, at int) error {
	a.line, a.seen = a.line[:0], [notNumber + 1]bool{}
	for _, c := range a.cols {
		if err := c.seek(at); err != nil {
			return err
		}
	}
	if err := a.write(root); err != nil {
		return err
	}
	for _, c := range a.cols {
		if err := c.endRow(); err != nil {
			return err
		}
	}
	a.countFlaws()
	if a.stopped = a.ctx.Err(); a.stopped == nil {
		a.stopped = a.emit(row, a.line)
	}
	return a.stopped
}

// endRow makes sure that all of the row has been used, and goes to the next one.
func (c *column) endRow() error {
	more, err := c.inRow()
	if err == nil && more {
		err = c.damaged("row %d has more values than its sister columns", c.row)
	}
	c.row++
	return err
}

func (a *assembler) countFlaws() {
	if a.seen[badText] {
		a.flaws.BadText++
	}
	if a.seen[notNumber] {
		a.flaws.NotNumber++
	}
}

// errSisters says that columns of one group disagree on where it is null or how often it is repeated.
var errSisters = errors.New("it disagrees with its sister columns")

// write appends a value. All columns below it stand at its first entry, and behind its last one afterwards.
func (a *assembler) write(v *value) error {
	if err := a.cols[v.first].ready(); err != nil {
		return err
	}
	if v.nullable && a.cols[v.first].def() < v.def {
		a.line = append(a.line, "null"...)
		return a.leave(v, v.def)
	}
	switch v.shape {
	case leafShape:
		return a.writeLeaf(v)
	case groupShape:
		return a.writeGroup(v)
	case listShape:
		return a.writeItems(v, '[', ']', func() error { return a.write(v.fields[0]) })
	default:
		return a.writeItems(v, '{', '}', func() error { return a.writeEntry(v) })
	}
}

// leave steps over a value of which there is nothing from definition level def on.
func (a *assembler) leave(v *value, def int) error {
	for _, c := range a.cols[v.first:v.end] {
		if err := c.ready(); err != nil {
			return err
		}
		if c.def() >= def {
			return c.damaged("row %d: %w", c.row, errSisters)
		}
		c.step()
	}
	return nil
}

// ready makes sure that there is a current entry.
func (c *column) ready() error {
	here, err := c.inPage()
	if err == nil && !here {
		err = errSisters
	}
	if err != nil {
		return c.damaged("row %d: %w", c.row, err)
	}
	return nil
}

func (a *assembler) writeLeaf(v *value) error {
	c := a.cols[v.first]
	if c.value().IsNull() {
		return c.damaged("row %d: %w", c.row, errSisters)
	}
	var f flaw
	a.line, f = v.leaf.write(a.line, c.value())
	a.seen[f] = true
	c.step()
	return nil
}

func (a *assembler) writeGroup(v *value) error {
	for i, f := range v.fields {
		a.line = append(a.line, separator(i, '{'))
		a.line = append(a.line, f.key...)
		if err := a.write(f); err != nil {
			return err
		}
	}
	a.line = append(a.line, '}')
	return nil
}

// quote turns what stands in line from start on into a string.
func quote(line []byte, start int) []byte {
	text := string(line[start:])
	return jsonl.AppendString(line[:start], text)
}

func separator(i int, open byte) byte {
	if i == 0 {
		return open
	}
	return ','
}

// writeItems writes the elements of a list or the entries of a map.
func (a *assembler) writeItems(v *value, open, end byte, item func() error) error {
	first := a.cols[v.first]
	if first.def() < v.itemDef {
		a.line = append(a.line, open, end)
		return a.leave(v, v.itemDef)
	}
	for i, more := 0, true; more; i++ {
		a.line = append(a.line, separator(i, open))
		err := item()
		if err == nil {
			more, err = a.another(v)
		}
		if err != nil {
			return err
		}
	}
	a.line = append(a.line, end)
	return nil
}

// another reports whether one more element follows. All columns below must agree.
func (a *assembler) another(v *value) (bool, error) {
	more := false
	for i, c := range a.cols[v.first:v.end] {
		in, err := c.inRow()
		if err != nil {
			return false, err
		}
		in = in && c.rep() == v.itemRep
		if i > 0 && in != more {
			return false, c.damaged("row %d: %w", c.row, errSisters)
		}
		more = in
	}
	return more, nil
}

// writeEntry writes an entry of a map. Keys that are not strings are put into quotes.
func (a *assembler) writeEntry(v *value) error {
	start := len(a.line)
	if err := a.write(v.fields[0]); err != nil {
		return err
	}
	if a.line[start] != '"' {
		a.line = quote(a.line, start)
	}
	a.line = append(a.line, ':')
	if len(v.fields) == 1 { // a set
		a.line = append(a.line, "null"...)
		return nil
	}
	return a.write(v.fields[1])
}
