package hub

import (
	"context"

	"sftrun.local/steps"
)

// peekBlock is how many bytes are fetched at a time of a file that is only looked into.
const peekBlock = 16 << 10

// Peek is Open for reads of a little here and there, such as a footer: it fetches small blocks.
func (c *Client) Peek(ctx context.Context, at string, size int64, digest string) (steps.Reader, error) {
	return c.open(ctx, at, size, digest, min(peekBlock, c.o.BlockSize))
}
