package bucket

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"

	"sftrun.local/runner/outside/ranges"
)

// A gcsObject is the description of an object, as far as it is used here.
type gcsObject struct {
	Name       string `json:"name"`
	Size       string `json:"size"`
	Generation string `json:"generation"`
	MD5        string `json:"md5Hash"`
	CRC32C     string `json:"crc32c"`
}

// fields are what is asked for of an object.
const fields = "name,size,generation,md5Hash,crc32c"

func (o gcsObject) object(bucket string) (object, error) {
	size, err := strconv.ParseInt(o.Size, 10, 64)
	if err != nil || o.Generation == "" {
		return object{}, &ranges.Passing{Text: "an object is described in a way that is not understood"}
	}
	digest := ranges.Digest("generation", placed("gs", bucket, o.Name), o.Generation, o.CRC32C, o.Size)
	sum, err := base64.StdEncoding.DecodeString(o.MD5)
	if err != nil || len(sum) != 16 {
		return object{key: o.Name, size: size, tag: o.Generation, digest: digest}, nil
	}
	return object{key: o.Name, size: size, tag: o.Generation, digest: "md5:" + hex.EncodeToString(sum) + "-" + o.Size, md5: sum}, nil
}
