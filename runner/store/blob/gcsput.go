package blob

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"hash/crc32"
	"io"
	"net/http"
	"net/url"
)

// put sends the description and the bytes of an object in one request. The description carries the CRC-32C of the
// bytes, which the service compares with what it receives.
func (c *gcsCloud) put(ctx context.Context, key string, data []byte, mark, old string) (string, error) {
	if old == "" {
		old = "0" // the generation of what is not there
	}
	description, err := json.Marshal(gcsObject{Name: key, CRC32C: crc32c(data), Type: "application/octet-stream", Metadata: map[string]string{markKey: mark}})
	if err != nil {
		return "", err
	}
	query := url.Values{"uploadType": {"multipart"}, "ifGenerationMatch": {old}}
	address := c.base + "/upload/storage/v1/b/" + url.PathEscape(c.place.bucket) + "/o?" + query.Encode()
	head := "--" + mark + "\r\nContent-Type: application/json\r\n\r\n" + string(description) + "\r\n--" + mark + "\r\nContent-Type: application/octet-stream\r\n\r\n"
	tail := "\r\n--" + mark + "--\r\n"
	text := io.MultiReader(bytes.NewReader([]byte(head)), bytes.NewReader(data), bytes.NewReader([]byte(tail)))
	r, err := c.send(ctx, http.MethodPost, address, http.Header{"Content-Type": {"multipart/related; boundary=" + mark}}, text, int64(len(head)+len(data)+len(tail)))
	if err != nil {
		return "", err
	}
	var made gcsObject
	_, err = c.understand(r, &made)
	return made.Generation, err
}

func crc32c(data []byte) string {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

// send sends one request with a token.
func (c *gcsCloud) send(ctx context.Context, method, address string, asked http.Header, text io.Reader, size int64) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, address, text)
	if err != nil {
		return nil, err
	}
	r.Header, r.ContentLength = asked, size
	if c.token != nil {
		token, err := c.token(ctx)
		if err != nil {
			return nil, err
		}
		token.SetAuthHeader(r)
	}
	answer, err := c.client.Do(r)
	if err != nil {
		return nil, unreachable(err)
	}
	return answer, nil
}
