package parquet

import (
	"fmt"
	"sort"

	"github.com/parquet-go/parquet-go/format"
)

// jump goes to the page that holds a row, if the file has a page index and the page is not the current one.
func (c *column) jump(row int) error {
	if err := c.readIndex(); err != nil {
		return err
	}
	i := sort.Search(len(c.index), func(i int) bool { return int(c.index[i].FirstRowIndex) > row }) - 1
	if i < c.loaded {
		return nil
	}
	if c.loaded == 0 && c.head == nil && c.at < c.index[0].Offset { // a dictionary comes before all other pages
		c.unread = c.at
	}
	c.drop()
	c.at, c.head, c.loaded, c.row = c.index[i].Offset, nil, i, int(c.index[i].FirstRowIndex)
	return nil
}

// pageSize returns the size of the next page, its header included, or 0 if it is not known.
func (c *column) pageSize() int64 {
	if c.loaded < len(c.index) && c.index[c.loaded].Offset == c.at {
		return min(max(0, int64(c.index[c.loaded].CompressedPageSize)), maxPage)
	}
	return 0
}

// fetchDictionary reads a dictionary that was jumped over, now that a page needs it.
func (c *column) fetchDictionary() error {
	headed := c.headed
	c.headed = nil // holds the page that is to be loaded next
	h, err := c.header(c.unread, min(c.index[0].Offset-c.unread, maxPage))
	if err == nil && h.Type == format.DictionaryPage {
		err = c.give(h)
	}
	c.unread, c.headed = 0, headed
	return err
}

// checkRows makes sure that the page just loaded has as many rows as the index says.
func (c *column) checkRows() error {
	i := c.loaded - 1
	if c.index == nil {
		return nil
	}
	if i >= len(c.index) {
		return c.damaged("page index: it ends before page %d", i)
	}
	end := int64(c.rows)
	if i+1 < len(c.index) {
		end = c.index[i+1].FirstRowIndex
	}
	if rows := end - c.index[i].FirstRowIndex; c.page.NumRows() != rows {
		return c.damaged("page index: page %d has %d rows, not %d", i, c.page.NumRows(), rows)
	}
	return nil
}

// readIndex reads the page index and checks it.
func (c *column) readIndex() error {
	if c.index != nil || c.meta.OffsetIndexOffset == 0 || c.meta.OffsetIndexLength == 0 {
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
	if err := c.checkIndex(index.PageLocations); err != nil {
		return c.damaged("page index: %w", err)
	}
	c.index = index.PageLocations
	return nil
}

func (c *column) checkIndex(pages []format.PageLocation) error {
	offset, row := int64(0), int64(-1)
	for i, p := range pages {
		if p.Offset <= offset || p.Offset >= c.end || p.FirstRowIndex <= row || int(p.FirstRowIndex) >= c.rows {
			return fmt.Errorf("page %d at %d starts with row %d", i, p.Offset, p.FirstRowIndex)
		}
		offset, row = p.Offset, p.FirstRowIndex
	}
	return nil
}
