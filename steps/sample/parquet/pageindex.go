package parquet

import (
	"sort"

	"github.com/parquet-go/parquet-go/format"
)

// jumpByIndex goes to the page that holds a row, if the file has a page index and the page is not the next one.
func (c *column) jumpByIndex(row int) error {
	if c.meta.OffsetIndexOffset == 0 || c.meta.OffsetIndexLength == 0 {
		return nil
	}
	if err := c.readIndex(); err != nil {
		return err
	}
	i := sort.Search(len(c.pages), func(i int) bool { return int(c.pages[i].FirstRowIndex) > row }) - 1
	if i < 0 || c.pages[i].Offset <= c.at {
		return nil
	}
	if c.decoder.dict == nil {
		if _, err := c.peek(); err != nil { // a dictionary comes before all other pages
			return err
		}
	}
	c.at, c.head, c.row = c.pages[i].Offset, nil, int(c.pages[i].FirstRowIndex)
	return c.checkIndex(i)
}

// checkIndex makes sure that the next page has as many rows as the index says, if its header tells.
func (c *column) checkIndex(i int) error {
	h, err := c.peek()
	if err != nil || h == nil || h.rows < 0 {
		return err
	}
	end := c.rows
	if i+1 < len(c.pages) {
		end = int(c.pages[i+1].FirstRowIndex)
	}
	if h.rows != end-c.row {
		return c.damaged("page index: page %d has %d rows, not %d", i, h.rows, end-c.row)
	}
	return nil
}

func (c *column) readIndex() error {
	if c.pages != nil {
		return nil
	}
	data, err := readAt(c.r, c.meta.OffsetIndexOffset, int(c.meta.OffsetIndexLength))
	if err != nil {
		return err
	}
	index := new(format.OffsetIndex)
	if _, err := decodeThrift(data, index); err != nil {
		return c.damaged("page index: %w", err)
	}
	offset, row := int64(0), int64(-1)
	for i, p := range index.PageLocations {
		if p.Offset <= offset || p.Offset >= c.end || p.FirstRowIndex <= row || int(p.FirstRowIndex) >= c.rows {
			return c.damaged("page index: page %d at %d starts with row %d", i, p.Offset, p.FirstRowIndex)
		}
		offset, row = p.Offset, p.FirstRowIndex
	}
	c.pages = index.PageLocations
	return nil
}
