package access

import (
	"context"
	"net"
	"net/http"
	"time"
)

// stillness is how long a connection may make no progress, in either direction, before it counts as broken: time for
// what the kernel holds to leave over a slow line, and for a service to think.
const stillness = 45 * time.Second

// Shape makes a transport notice a network that swallows packets. It speaks HTTP/1.1, with a connection for each
// request in flight: they move large bodies, which then do not wait for each other.
func Shape(t *http.Transport) {
	dialer := &net.Dialer{Timeout: 5 * time.Second}
	t.DialContext = func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := dialer.DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &moving{Conn: c}, nil
	}
	t.Proxy = http.ProxyFromEnvironment
	t.ForceAttemptHTTP2 = false
	t.TLSHandshakeTimeout = 5 * time.Second
	t.MaxIdleConnsPerHost = 64
	t.IdleConnTimeout = stillness
	t.DisableCompression = true // bytes are kept as they are, and most are packed already
}

// Idler returns what ends the connections of a transport that nobody uses, if it can.
func Idler(t http.RoundTripper) func() {
	if t, ok := t.(interface{ CloseIdleConnections() }); ok {
		return t.CloseIdleConnections
	}
	return func() {}
}

// moving is a connection that breaks when it stands still. Progress in one direction counts for both, since a request
// waits for its answer while it is still being sent.
type moving struct{ net.Conn }

func (m *moving) Read(p []byte) (int, error) {
	if err := m.SetDeadline(time.Now().Add(stillness)); err != nil {
		return 0, err
	}
	return m.Conn.Read(p)
}

func (m *moving) Write(p []byte) (int, error) {
	if err := m.SetDeadline(time.Now().Add(stillness)); err != nil {
		return 0, err
	}
	return m.Conn.Write(p)
}
