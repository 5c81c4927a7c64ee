package jsonl

// SetLimit sets how many bytes a row may have, as no test can wait for a row of MaxRow bytes.
func (r *Reader) SetLimit(bytes int) { r.limit = bytes }
