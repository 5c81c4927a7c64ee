package parquet

import (
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// column walks through a column of a row group, entry by entry: a value, or a null or an empty list on some level.
type column struct {
	r    io.ReaderAt
	leaf *leaf
	meta *format.ColumnChunk
	rows int // of the row group

	unpacker *unpacker
	packed   []byte // memory for the data of a page as they are in the file
	headed   []byte // memory for a header, and what was read with it
	feed     feed   // what parquet-go reads pages from
	pages    *pq.FilePages
	at, end  int64                 // where the next page's header is, and where the column ends
	unread   int64                 // where a dictionary is that has been jumped over, or 0
	head     *header               // of the next page, if it has been looked at
	loaded   int                   // number of the next page of values
	index    []format.PageLocation // nil until it is needed, or if the file has no page index

	page   pq.Page        // the current page, if any
	values pq.ValueReader // nil at its end
	buf    []pq.Value
	batch  []pq.Value // entries of the page, in buf
	entry  int        // of the batch
	row    int        // row of the entry, from the start of the row group
}

// batchSize is the number of entries that are taken from a page at a time.
const batchSize = 256

func newColumn(f *File, l *leaf, chunk *pq.FileColumnChunk, g *format.RowGroup) *column {
	meta := &g.Columns[chunk.Column()]
	start := chunkStart(&meta.MetaData)
	c := &column{
		r: &f.source, unpacker: &f.unpacker, leaf: l, meta: meta, rows: int(g.NumRows),
		at:  start,
		end: start + meta.MetaData.TotalCompressedSize,
		buf: make([]pq.Value, batchSize),
	}
	c.pages = chunk.PagesFrom(&c.feed)
	return c
}

// close gives the memory of the pages back.
func (c *column) close() {
	c.drop()
	c.pages.Close()
}

func (c *column) drop() {
	if c.page != nil {
		pq.Release(c.page)
	}
	c.page, c.values, c.batch, c.entry = nil, nil, nil, 0
}

// value returns the current entry.
func (c *column) value() *pq.Value { return &c.batch[c.entry] }

// def returns the definition level of the current entry.
func (c *column) def() int { return c.value().DefinitionLevel() }

// rep returns the repetition level of the current entry.
func (c *column) rep() int { return c.value().RepetitionLevel() }

// step goes behind the current entry, without looking at the next one.
func (c *column) step() { c.entry++ }

// inPage reports whether the current page has a next entry, and makes it the current one.
func (c *column) inPage() (bool, error) {
	if c.entry < len(c.batch) {
		return true, nil
	}
	if c.values == nil {
		return false, nil
	}
	n, err := c.values.ReadValues(c.buf)
	c.batch, c.entry = c.buf[:n], 0
	if err == io.EOF || n == 0 {
		c.values = nil
		return n > 0, nil
	}
	return n > 0, err
}

// inRow reports whether the next entry belongs to the same row, and makes it the current one.
func (c *column) inRow() (bool, error) {
	if c.leaf.maxRep == 0 {
		return false, nil
	}
	here, err := c.inPage()
	if err == nil && !here {
		here, err = c.continued()
	}
	return here && c.rep() > 0, err
}

// continued loads the next page, if it may continue the row, and reports whether it has entries.
func (c *column) continued() (bool, error) {
	h, err := c.peek()
	if h == nil || err != nil {
		return false, err
	}
	if h.Type == format.DataPageV2 || c.index != nil { // such pages start with a row
		return false, nil
	}
	if err := c.load(); err != nil {
		return false, err
	}
	return c.inPage()
}

// seek goes to the first entry of a row that is not before the current one.
func (c *column) seek(row int) error {
	if c.row < row {
		if err := c.jump(row); err != nil {
			return err
		}
	}
	for c.row < row {
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
	for {
		here, err := c.inPage()
		if err != nil {
			return c.damaged("%w", err)
		}
		if here {
			break
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

// peek returns the header of the next page of values, checked, or nil at the end. A dictionary on the way goes to
// parquet-go.
func (c *column) peek() (*header, error) {
	for c.head == nil && c.at < c.end {
		h, err := c.header(c.at, c.pageSize())
		if err == nil && h.Type == format.DictionaryPage {
			err = c.give(h)
		}
		if err != nil {
			return nil, c.damaged("%w", err)
		}
		if h.Type != format.DictionaryPage {
			c.head = h
		}
		c.at = h.next()
	}
	return c.head, nil
}

// header reads and checks the header of the page at a place, whose size may be known.
func (c *column) header(at, known int64) (h *header, err error) {
	if h, c.headed, err = readHeader(c.r, at, c.end, known, c.headed); err != nil {
		return nil, err
	}
	return h, h.check(c.end, &c.meta.MetaData)
}

// give reads, unpacks and checks a page and gives it to parquet-go.
func (c *column) give(h *header) error {
	if err := c.move(h); err != nil {
		return fmt.Errorf("page at %d: %w", h.at, err)
	}
	return nil
}

func (c *column) move(h *header) (err error) {
	codec := c.meta.MetaData.Codec
	packed, err := h.read(c.r, &c.packed)
	if err != nil {
		return err
	}
	text, err := c.feed.add(h.PageHeader, h.size(codec))
	if err != nil {
		return err
	}
	levels := copy(text, packed[:h.levels()])
	if !h.isPacked(codec) {
		codec = format.Uncompressed
	}
	if err := c.unpacker.unpack(codec, text[levels:], packed[levels:]); err != nil {
		return err
	}
	return c.checkClaims(h, text)
}

// load makes the next page the current one.
func (c *column) load() error {
	h, err := c.peek()
	if err != nil {
		return err
	}
	if h == nil {
		return c.damaged("it ends at row %d of %d", c.row, c.rows)
	}
	c.drop()
	if c.unread > 0 && h.refers() {
		err = c.fetchDictionary()
	}
	if err == nil {
		err = c.give(h)
	}
	if err != nil {
		return c.damaged("%w", err)
	}
	if c.page, err = c.pages.ReadPage(); err != nil {
		return c.damaged("page at %d: %w", h.at, err)
	}
	c.values, c.head = c.page.Values(), nil
	c.loaded++
	return c.checkRows()
}

func (c *column) damaged(text string, args ...any) error {
	return damaged("column %s: %w", c.leaf.path, fmt.Errorf(text, args...))
}
