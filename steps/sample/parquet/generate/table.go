package main

import (
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress"

	"sftrun.local/steps/jsonl"
)

// record is a row of a Parquet file.
type record struct {
	ID       string    `parquet:"id,optional,plain"`
	Messages []message `parquet:"messages,optional,list"`
	Source   string    `parquet:"dataset_source,optional,dict"`
}

type message struct {
	Role    string `parquet:"role,optional,dict"`
	Content string `parquet:"content,optional,plain"`
}

// table writes rows as Parquet.
type table struct {
	*pq.GenericWriter[record]
	group, left int // bytes of text in a row group, and what is missing of them
}

var codecs = map[string]compress.Codec{"snappy": &pq.Snappy, "zstd": &pq.Zstd, "none": &pq.Uncompressed}

func (o options) newTable(file io.Writer) (writer, error) {
	codec, ok := codecs[o.codec]
	if !ok {
		return nil, fmt.Errorf("no codec %q", o.codec)
	}
	w := pq.NewGenericWriter[record](file, pq.PageBufferSize(o.page), pq.Compression(codec), pq.DataPageVersion(1))
	return &table{w, o.group, o.group}, nil
}

func (t *table) write(row []byte) error {
	messages, err := jsonl.Messages(row)
	if err != nil {
		return err
	}
	r := record{Messages: make([]message, len(messages)), Source: jsonl.Source(row)}
	r.ID, _ = jsonl.String(row, "id")
	for i, m := range messages {
		r.Messages[i] = message{m.Role, m.Content}
	}
	if _, err := t.Write([]record{r}); err != nil {
		return err
	}
	if t.left -= len(row); t.left > 0 {
		return nil
	}
	t.left = t.group
	return t.Flush()
}
