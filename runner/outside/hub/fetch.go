package hub

// block returns block number i, fetching it if it is missing, and with it those up to the byte before end and some ahead.
func (f *file) block(i int, end int64) ([]byte, error) {
	if f.bad != nil {
		return nil, f.bad
	}
	if block := f.kept.get(i); block != nil {
		return block, nil
	}
	first := f.fronts.before(i, min(mostUnasked/f.c.o.BlockSize, f.kept.most/4))
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
	want := int((end-1)/f.blockSize()) - i + 1
	if !f.streams(i) {
		want = max(want, min(f.fronts.run(i), mostUnasked/f.c.o.BlockSize))
	}
	last := int((f.size - 1) / f.blockSize())
	n := 1
	for n < min(want, f.kept.most/2, last-i+1) && !f.kept.has(i+n) {
		n++
	}
	return n
}

// giveUp keeps errors that another read would meet again.
func (f *file) giveUp(err error) {
	if f.ctx.Err() == nil && f.proof.broken {
		f.bad = err
	}
}

// fetch gets n blocks from number first on.
func (f *file) fetch(first, n int) error {
	if f.streams(first) {
		return f.goOn(first, n)
	}
	s, err := f.fill(nil, first, n, min(int64(first+n)*f.blockSize(), f.size))
	if s != nil {
		s.close()
	}
	return err
}

// streams tells whether a block is read from the long request, or from one that is due.
func (f *file) streams(block int) bool {
	return f.long != nil && f.long.at == int64(block)*f.blockSize() || int64(f.fronts.run(block))*f.blockSize() >= int64(f.c.o.LongAfter)
}

// goOn gets the blocks from the long request, which is opened anew if it stands elsewhere or was given up.
func (f *file) goOn(first, n int) error {
	s := f.long
	f.long = nil
	if s != nil && !f.c.lines.unpark(s) {
		s = nil
	}
	if s != nil && s.at != int64(first)*f.blockSize() {
		s.close()
		s = nil
	}
	s, err := f.fill(s, first, n, f.size)
	f.setLong(s)
	return err
}

// setLong parks a stream as the long one, in the place of the one before.
func (f *file) setLong(s *stream) {
	if f.long != nil && f.c.lines.unpark(f.long) {
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
	f.c.lines.park(s)
}

// fill reads blocks from a stream, which is opened anew up to end whenever it is nil or breaks, and keeps them. It returns
// the stream that is left, if any.
func (f *file) fill(s *stream, first, n int, end int64) (*stream, error) {
	for i := first; i < first+n; i++ {
		off := int64(i) * f.blockSize()
		block := make([]byte, min(f.blockSize(), f.size-off))
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
	err := f.effort().try(f.ctx, func() (bool, error) {
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
