package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// column walks through a column of a row group, entry by entry: a value, or a null or an empty list on some level.
type column struct {
	r    io.ReaderAt
	leaf *leaf
	meta *format.ColumnChunk
	rows int // of the row group

	decoder *pageReader
	pages   []format.PageLocation // nil until it is needed, or if the file has no page index
	at, end int64                 // where the next page's header is, and where the column ends
	head    *header               // of the next page, if it has been looked at
	page    *page                 // the current page
	entry   int                   // of the current page
	value   int                   // number of values before entry in the current page
	row     int                   // row of the entry, from the start of the row group
}

func newColumn(r io.ReaderAt, l *leaf, c *format.ColumnChunk, rows int, tools *unpacker) *column {
	start := chunkStart(&c.MetaData)
	return &column{
		r: r, leaf: l, meta: c, rows: rows,
		decoder: &pageReader{leaf: l, codec: c.MetaData.Codec, tools: tools},
		at:      start,
		end:     start + c.MetaData.TotalCompressedSize,
		page:    new(page),
	}
}

// def returns the definition level of the current entry.
func (c *column) def() int {
	if c.page.defs == nil {
		return c.leaf.maxDef
	}
	return int(c.page.defs[c.entry])
}

// rep returns the repetition level of the current entry.
func (c *column) rep() int {
	if c.page.reps == nil {
		return 0
	}
	return int(c.page.reps[c.entry])
}

// bytes returns the value of the current entry, which must not be null.
func (c *column) bytes() []byte { return c.page.values.at(c.value) }

// step goes behind the current entry, without looking at the next one.
func (c *column) step() {
	if c.def() == c.leaf.maxDef {
		c.value++
	}
	c.entry++
}

// inRow reports whether the next entry belongs to the same row, and makes it the current one.
func (c *column) inRow() (bool, error) {
	if c.leaf.maxRep == 0 {
		return false, nil
	}
	if c.entry == c.page.n {
		h, err := c.peek()
		if h == nil || h.rows > 0 { // pages that tell their rows start with a row
			return false, err
		}
		if err := c.load(); err != nil {
			return false, err
		}
	}
	return c.entry < c.page.n && c.rep() > 0, nil
}

// seek goes to the first entry of a row that is not before the current one.
func (c *column) seek(row int) error {
	for c.row < row {
		if c.entry == c.page.n {
			if err := c.jump(row); err != nil {
				return err
			}
			if c.row == row {
				break
			}
		}
		if err := c.skipRow(); err != nil {
			return err
		}
	}
	return c.open()
}

// skipRow goes behind the current row.
func (c *column) skipRow() error {
	if err := c.open(); err != nil {
		return err
	}
	for {
		c.step()
		if more, err := c.inRow(); err != nil || !more {
			c.row++
			return err
		}
	}
}

// open makes sure that there is a current entry, at the start of a row.
func (c *column) open() error {
	for c.entry == c.page.n {
		h, err := c.peek()
		if err != nil {
			return err
		}
		if h == nil {
			return c.damaged("it ends at row %d of %d", c.row, c.rows)
		}
		if err := c.load(); err != nil {
			return err
		}
	}
	if c.rep() != 0 {
		return c.damaged("row %d starts inside a list", c.row)
	}
	return nil
}

// jump goes over pages without looking into them, as far as it is known that they lie before a row.
func (c *column) jump(row int) error {
	if err := c.jumpByIndex(row); err != nil {
		return err
	}
	for c.row < row {
		h, err := c.peek()
		if err != nil || h == nil || h.rows < 0 || c.row+h.rows > row {
			return err
		}
		c.row += h.rows
		c.at, c.head = h.next(), nil
	}
	return nil
}

// peek returns the header of the next page of values, or nil at the end. It reads a dictionary on the way.
func (c *column) peek() (*header, error) {
	for c.head == nil && c.at < c.end {
		h, err := readHeader(c.r, c.at, c.end, c.leaf, &c.meta.MetaData)
		if err != nil {
			return nil, err
		}
		switch h.Type {
		case format.DataPage, format.DataPageV2:
			c.head = h
			return h, nil
		case format.DictionaryPage:
			if err := c.readDictionary(h); err != nil {
				return nil, err
			}
		}
		c.at = h.next()
	}
	return c.head, nil
}

// load makes the next page the current one.
func (c *column) load() error {
	h := c.head
	data, err := h.data(c.r)
	if err != nil {
		return err
	}
	p, err := c.decoder.page(h, data)
	if err != nil {
		return c.damaged("page at %d: %w", h.at, err)
	}
	c.page, c.entry, c.value = p, 0, 0
	c.at, c.head = h.next(), nil
	return nil
}

func (c *column) readDictionary(h *header) error {
	data, err := h.data(c.r)
	if err != nil {
		return err
	}
	if err := c.decoder.readDictionary(h, data); err != nil {
		return c.damaged("dictionary at %d: %w", h.at, err)
	}
	return nil
}

func (c *column) damaged(text string, args ...any) error {
	return damaged("column %s: %w", c.leaf.path, fmt.Errorf(text, args...))
}
