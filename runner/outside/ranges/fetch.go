package ranges

// mostRun is how many blocks one request asks for, when a read spans more.
const mostRun = 4

// block returns block number i, fetching it, and with it those up to the byte before end that are missing too.
func (f *file) block(i int, end int64) ([]byte, error) {
	if f.bad != nil {
		return nil, f.bad
	}
	if block := f.kept.get(i); block != nil {
		return block, nil
	}
	n := 1
	for n < min(mostRun, f.kept.most) && int64(i+n)*f.size < min(end, f.object.Size) && f.kept.get(i+n) == nil {
		n++
	}
	if err := f.fetch(i, n); err != nil {
		if f.ctx.Err() == nil {
			f.bad = err // patience has ended already, or it is final
		}
		return nil, err
	}
	return f.kept.get(i), nil
}

// inOrder is how many blocks must have been fetched in order before a request asks for all that is left of the object.
const inOrder = 2

// fetch gets n blocks from number first on.
func (f *file) fetch(first, n int) error {
	if first != f.last+1 {
		f.run = 0
	}
	off, end := int64(first)*f.size, min(int64(first+n)*f.size, f.object.Size)
	if f.long != nil && f.long.at == off || f.run >= inOrder {
		return f.goOn(first, n)
	}
	s, err := f.fill(nil, first, n, end)
	if s != nil {
		s.close()
	}
	return err
}

// goOn gets the blocks from the long request, which is opened anew if it stands elsewhere or was given up.
func (f *file) goOn(first, n int) error {
	s := f.long
	f.long = nil
	if s != nil && !f.pool.lines.unpark(s) {
		s = nil
	}
	if s != nil && s.at != int64(first)*f.size {
		s.close()
		s = nil
	}
	s, err := f.fill(s, first, n, f.object.Size)
	f.setLong(s)
	return err
}

// setLong parks a stream as the long one, in the place of the one before.
func (f *file) setLong(s *stream) {
	if f.long != nil && f.pool.lines.unpark(f.long) {
		f.long.close()
	}
	f.long = nil
	if s == nil {
		return
	}
	if s.at == s.end {
		s.close()
		return
	}
	f.long = s
	f.pool.lines.park(s)
}

// fill reads blocks from a stream, which is opened anew up to end whenever it is nil or breaks, and keeps them. It returns
// the stream that is left, if any.
func (f *file) fill(s *stream, first, n int, end int64) (*stream, error) {
	for i := first; i < first+n; i++ {
		off := int64(i) * f.size
		block := make([]byte, min(f.size, f.object.Size-off))
		var err error
		if s, err = f.fillBlock(s, block, off, end); err != nil {
			return s, err
		}
		if err := f.proof.add(block, off); err != nil {
			return s, err
		}
		f.kept.put(i, block)
		f.last, f.run = i, f.run+1
	}
	return s, nil
}

// enough bytes are progress: a server that gives fewer before it breaks off is not asked forever.
const enough = 64 << 10

func (f *file) fillBlock(s *stream, block []byte, off, end int64) (*stream, error) {
	got := 0
	e := effort{pool: f.pool, what: f.object.Name, most: f.pool.o.Tries}
	err := e.try(f.ctx, func() (bool, error) {
		var err error
		if s == nil {
			if s, err = f.stream(off+int64(got), end); err != nil {
				return false, err
			}
		}
		n, err := s.read(block[got:])
		got += n
		if err != nil {
			s.close()
			s = nil
		}
		return n >= enough, err
	})
	return s, err
}
