package ranges

import (
	"bytes"
	"fmt"
)

// proof hashes an object whose bytes come in order, and tells at the end whether they are the right ones. Bytes out of
// order end it without a verdict; bytes that came before are not hashed again.
type proof struct {
	object Object
	next   int64 // offset of the byte that is to come
}

// add takes bytes from an offset on. Its error says that the object is complete, and wrong.
func (p *proof) add(data []byte, off int64) error {
	if p.object.Sum == nil || off != p.next {
		return nil
	}
	p.object.Sum.Write(data)
	p.next += int64(len(data))
	if p.next < p.object.Size || bytes.Equal(p.object.Sum.Sum(nil), p.object.Want) {
		return nil
	}
	return fmt.Errorf("%s: %w on the way: its bytes do not have the checksum that the service gives.  Run the command again", p.object.Name, ErrChanged)
}
