package main

import (
	"context"
	"flag"
	"fmt"
	"os"
)

// options are the flags.
type options struct {
	from, out   string
	format      string
	codec       string
	bytes       float64 // of text, as JSON lines, in all
	shards      int
	seed        uint64
	group, page int // bytes of text in a row group, and in a page
}

func main() {
	o, err := parse(os.Args[1:])
	if err == nil {
		err = o.run(context.Background())
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "generate:", err)
		os.Exit(1)
	}
}

func parse(args []string) (o options, err error) {
	f := flag.NewFlagSet("generate", flag.ContinueOnError)
	f.StringVar(&o.from, "from", "", "folder of the shards whose rows are multiplied")
	f.StringVar(&o.out, "out", "", "folder to write to")
	f.StringVar(&o.format, "format", "parquet", "parquet, jsonl or jsonl.zst")
	f.StringVar(&o.codec, "codec", "snappy", "of Parquet: snappy, zstd or none")
	f.Float64Var(&o.bytes, "bytes", 1e9, "text in all, as JSON lines")
	f.IntVar(&o.shards, "shards", 8, "files to write")
	f.Uint64Var(&o.seed, "seed", 42, "of the order of the rows")
	f.IntVar(&o.group, "group", 100e6, "bytes of text in a row group")
	f.IntVar(&o.page, "page", 512<<10, "bytes of text in a page")
	if err = f.Parse(args); err == nil && (o.from == "" || o.out == "" || o.shards < 1) {
		err = fmt.Errorf("-from and -out are needed, and at least one shard")
	}
	return o, err
}

// run writes the shards, one after the other.
func (o options) run(ctx context.Context) error {
	rows, err := readRows(ctx, o.from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(o.out, 0o755); err != nil {
		return err
	}
	endless := multiply(rows, o.seed)
	for i := range o.shards {
		if err := o.shard(i, endless); err != nil {
			return err
		}
	}
	return nil
}
