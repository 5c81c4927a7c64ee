package ranges

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Header is the value of Range that asks for the bytes from off on, up to end.
func Header(off, end int64) string { return fmt.Sprintf("bytes=%d-%d", off, end-1) }

// Check makes sure that an answer with a part of an object is the one that was asked for, by its Content-Range and its
// length, -1 if that is not told. Another range may be a fault that passes; another size of the whole means that the object
// is another one, and gives the error of [Changed].
func Check(name string, off, end, size int64, contentRange string, length int64) error {
	if contentRange == "" {
		return fmt.Errorf("%s: its server sends whole files and no parts of them, as which rows are read.  Download the file and name it: from: \"data/*\"", name)
	}
	want := fmt.Sprintf("bytes %d-%d/%d", off, end-1, size)
	if total, ok := Total(contentRange); ok && total != size {
		return Changed(name)
	}
	if contentRange != want && contentRange != strings.TrimSuffix(want, strconv.FormatInt(size, 10))+"*" {
		return &Passing{Text: fmt.Sprintf("another range came than was asked for (%q, not %q)", OneLine(contentRange), want)}
	}
	if length >= 0 && length != end-off {
		return &Passing{Text: fmt.Sprintf("%d bytes came instead of %d", length, end-off)}
	}
	return nil
}

// Total is the size of the whole object that a Content-Range tells.
func Total(contentRange string) (size int64, ok bool) {
	_, text, _ := strings.Cut(contentRange, "/")
	size, err := strconv.ParseInt(text, 10, 64)
	return size, err == nil && size >= 0
}

// RetryAfter is how long an answer asks to wait before the next try, in seconds or until a time; 0 if it does not.
func RetryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 1<<30)) * time.Second
	}
	until, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	return max(time.Until(until), 0)
}

// Passes tells whether a status may be another one soon.
func Passes(status int) bool {
	switch status {
	case http.StatusRequestTimeout, http.StatusTooEarly, http.StatusTooManyRequests:
		return true
	}
	return status >= 500 && status != http.StatusNotImplemented
}

// Digest makes a digest of what a service tells of an object that is not the SHA-256 of its bytes: NAME:VALUE.
func Digest(name string, told ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(told, "\x00")))
	return name + ":" + hex.EncodeToString(sum[:])
}

// OneLine makes a text of a service, or of the network, fit for an error.
func OneLine(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if len(line) > 200 {
		line = strings.ToValidUTF8(line[:200], "") + "…"
	}
	return line
}
