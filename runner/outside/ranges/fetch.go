package ranges

import "errors"

// block returns block number i, fetching it if it is missing, and with it those up to the byte before end and some ahead.
func (f *file) block(i int, end int64) ([]byte, error) {
	if f.bad != nil {
		return nil, f.bad
	}
	if block := f.kept.get(i); block != nil {
		return block, nil
	}
	first := f.fronts.before(i, min(mostUnasked/f.pool.o.BlockSize, f.kept.most/4))
	n := f.missing(first, end)
	if f.kept.has(first) || first+n <= i { // part of the gap is there
		first, n = i, f.missing(i, end)
	}
	if err := f.fetch(first, n); err != nil {
		f.giveUp(err)
		return nil, err
	}
	return f.kept.get(i), nil
}

// missing returns how many blocks to fetch from number i on: those up to the byte before end, and as many as were
// fetched in order before, so that scattered reads cost what they ask for, and long ones few requests. It stops before a
// block that is there, and leaves half of what is kept.
func (f *file) missing(i int, end int64) int {
	want := int((end-1)/f.each) - i + 1
	if !f.streams(i) {
		want = max(want, min(f.fronts.run(i), mostUnasked/f.pool.o.BlockSize))
	}
	last := int((f.object.Size - 1) / f.each)
	n := 1
	for n < min(want, f.kept.most/2, last-i+1) && !f.kept.has(i+n) {
		n++
	}
	return n
}

// giveUp keeps errors that another read would meet again.
func (f *file) giveUp(err error) {
	var passing *impatience
	if f.ctx.Err() == nil && !errors.As(err, &passing) {
		f.bad = err
	}
}

// fetch gets n blocks from number first on.
func (f *file) fetch(first, n int) error {
	if f.streams(first) {
		return f.goOn(first, n)
	}
	s, err := f.fill(nil, first, n, min(int64(first+n)*f.each, f.object.Size))
	if s != nil {
		s.close()
	}
	return err
}

// streams tells whether a block is read from the long request, or from one that is due.
func (f *file) streams(block int) bool {
	return f.long != nil && f.long.at == int64(block)*f.each || int64(f.fronts.run(block))*f.each >= int64(f.pool.o.LongAfter)
}

// goOn gets the blocks from the long request, which is opened anew if it stands elsewhere or was given up.
func (f *file) goOn(first, n int) error {
	s := f.long
	f.long = nil
	if s != nil && !f.pool.lines.unpark(s) {
		s = nil
	}
	if s != nil && s.at != int64(first)*f.each {
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
		off := int64(i) * f.each
		block := make([]byte, min(f.each, f.object.Size-off))
		var err error
		if s, err = f.fillBlock(s, block, off, end); err != nil {
			return s, err
		}
		if err := f.proof.add(block, off); err != nil {
			return s, err
		}
		f.kept.put(i, block)
		f.fronts.advance(i, 1)
	}
	return s, nil
}

// enough bytes are progress: a server that gives fewer before it breaks off is not asked forever.
const enough = 64 << 10

func (f *file) fillBlock(s *stream, block []byte, off, end int64) (*stream, error) {
	got := 0
	e := effort{pool: f.pool, what: f.object.Name, wait: f.object.Wait, most: f.pool.o.Tries}
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
