package parquet

import (
	"bytes"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// page is a decoded page.
type page struct {
	reps, defs []byte // levels of its values and nulls; nil if all are 0
	n          int    // values and nulls
	values     *values
}

// pageReader decodes the pages of a column.
type pageReader struct {
	leaf  *leaf
	codec format.CompressionCodec
	tools *unpacker
	dict  *values // nil until a dictionary has been read
}

// readDictionary decodes the data of a dictionary page.
func (d *pageReader) readDictionary(h *header, data []byte) (err error) {
	if data, err = d.tools.unpack(d.codec, data, int(h.UncompressedPageSize)); err != nil {
		return err
	}
	d.dict, err = decodeValues(d.leaf, format.Plain, data, h.values, nil)
	return err
}

// page decodes the data of a page.
func (d *pageReader) page(h *header, data []byte) (*page, error) {
	if h.Type == format.DataPageV2 {
		return d.pageV2(h, &h.DataPageHeaderV2.V, data)
	}
	return d.pageV1(h, &h.DataPageHeader.V, data)
}

// pageV1 decodes a page that is compressed as a whole, levels and values.
func (d *pageReader) pageV1(h *header, v1 *format.DataPageHeader, data []byte) (*page, error) {
	p := &page{n: h.values}
	data, err := d.tools.unpack(d.codec, data, int(h.UncompressedPageSize))
	if err != nil {
		return nil, err
	}
	if p.reps, data, err = levelsV1(data, h.values, d.leaf.maxRep, v1.RepetitionLevelEncoding); err != nil {
		return nil, err
	}
	if p.defs, data, err = levelsV1(data, h.values, d.leaf.maxDef, v1.DefinitionLevelEncoding); err != nil {
		return nil, err
	}
	p.values, err = decodeValues(d.leaf, v1.Encoding, data, p.present(d.leaf.maxDef), d.dict)
	return p, err
}

// pageV2 decodes a page whose levels are not compressed and whose values may be.
func (d *pageReader) pageV2(h *header, v2 *format.DataPageHeaderV2, data []byte) (*page, error) {
	p := &page{n: h.values}
	data, err := p.levelsV2(v2, data, d.leaf)
	if err != nil {
		return nil, err
	}
	if d.leaf.maxRep > 0 && bytes.Count(p.reps, []byte{0}) != h.rows {
		return nil, fmt.Errorf("it claims %d rows", h.rows)
	}
	codec := d.codec
	if v2.IsCompressed.Valid && !v2.IsCompressed.V {
		codec = format.Uncompressed
	}
	size := int(h.UncompressedPageSize - v2.RepetitionLevelsByteLength - v2.DefinitionLevelsByteLength)
	switch {
	case size < 0:
		return nil, errShort
	case size > 0: // where there is nothing to compress, some writers write nothing at all
		if data, err = d.tools.unpack(codec, data, size); err != nil {
			return nil, err
		}
	}
	p.values, err = decodeValues(d.leaf, v2.Encoding, data, p.present(d.leaf.maxDef), d.dict)
	return p, err
}

// levelsV2 reads the levels at the start of data and returns what follows them.
func (p *page) levelsV2(v2 *format.DataPageHeaderV2, data []byte, l *leaf) (rest []byte, err error) {
	reps, defs := int(v2.RepetitionLevelsByteLength), int(v2.DefinitionLevelsByteLength)
	if reps < 0 || defs < 0 || reps > len(data) || defs > len(data)-reps {
		return nil, fmt.Errorf("levels claim %d and %d bytes of %d", reps, defs, len(data))
	}
	if p.reps, err = levels(data[:reps], p.n, l.maxRep); err != nil {
		return nil, err
	}
	p.defs, err = levels(data[reps:reps+defs], p.n, l.maxDef)
	return data[reps+defs:], err
}

// present returns how many values of the page are not null.
func (p *page) present(maxDef int) int {
	if p.defs == nil {
		return p.n
	}
	n := 0
	for _, d := range p.defs {
		if int(d) == maxDef {
			n++
		}
	}
	return n
}
