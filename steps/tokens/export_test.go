package tokens

// Forget empties the cache of pieces that the next call of this goroutine uses.
func Forget(c *Counter) {
	m := c.merger()
	m.cache = cache{}
	c.idle.Put(m)
}

// Reload reads the vocabulary of an encoding as its first Load does.
func Reload(file string, c *Counter) error {
	_, err := newCounter(file, c.scan)
	return err
}
