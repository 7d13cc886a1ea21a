// Verifies a log in a folder with the reference implementation of notes and transparency logs, golang.org/x/mod/sumdb.
//
//	verify FOLDER INDEX LOG-VKEY [WITNESS-VKEY ...]
//
// The checkpoint must carry a good signature of every key given; every entry must be in the tree that it signs, by a proof
// made of the folder's tiles. Prints the proof of entry INDEX as a tlog-proof. Any failure ends it with status 1.
package main

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

const tileHeight = 8

// cosigner verifies cosignatures of type 0x04 (C2SP tlog-cosignature), which package note does not know.
type cosigner struct {
	name string
	hash uint32
	key  ed25519.PublicKey
}

func (c cosigner) Name() string    { return c.name }
func (c cosigner) KeyHash() uint32 { return c.hash }

func (c cosigner) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	signed := fmt.Sprintf("cosignature/v1\ntime %d\n%s", binary.BigEndian.Uint64(sig), msg)
	return ed25519.Verify(c.key, []byte(signed), sig[8:])
}

func verifier(vkey string) note.Verifier {
	if known, err := note.NewVerifier(vkey); err == nil {
		return known
	}
	parts := strings.SplitN(vkey, "+", 3)
	hash, err := strconv.ParseUint(parts[1], 16, 32)
	check(err)
	key, err := base64.StdEncoding.DecodeString(parts[2])
	check(err)
	if len(key) != 1+ed25519.PublicKeySize || key[0] != 4 {
		check(errors.New("neither a log's key nor a witness's: " + vkey))
	}
	return cosigner{parts[0], uint32(hash), key[1:]}
}

// tiles reads a folder in the tlog-tiles layout; there a tile has no height in its path.
type tiles struct{ folder string }

func (t tiles) Height() int                        { return tileHeight }
func (t tiles) SaveTiles(_ []tlog.Tile, _ [][]byte) {}

func (t tiles) path(tile tlog.Tile) string {
	path := strings.TrimPrefix(tile.Path(), fmt.Sprintf("tile/%d/", tileHeight))
	return filepath.Join(t.folder, "tile", strings.Replace(path, "data/", "entries/", 1))
}

func (t tiles) ReadTiles(wanted []tlog.Tile) ([][]byte, error) {
	var read [][]byte
	for _, tile := range wanted {
		data, err := os.ReadFile(t.path(tile))
		if err != nil {
			return nil, err
		}
		read = append(read, data)
	}
	return read, nil
}

// entries returns the entries of a bundle: each behind its length in two bytes.
func (t tiles) entries(first, size int64) [][]byte {
	tile := tlog.Tile{H: tileHeight, L: -1, N: first >> tileHeight, W: 1 << tileHeight}
	if size-first < 1<<tileHeight {
		tile.W = int(size - first)
	}
	data, err := os.ReadFile(t.path(tile))
	check(err)
	var found [][]byte
	for len(data) > 0 {
		if len(data) < 2 || len(data)-2 < int(binary.BigEndian.Uint16(data)) {
			check(errors.New("a bundle is cut off"))
		}
		end := 2 + int(binary.BigEndian.Uint16(data))
		found, data = append(found, data[2:end]), data[end:]
	}
	if len(found) != tile.W {
		check(fmt.Errorf("%d entries in a bundle of %d", len(found), tile.W))
	}
	return found
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "refused:", err)
		os.Exit(1)
	}
}

func main() {
	folder := tiles{os.Args[1]}
	index, err := strconv.ParseInt(os.Args[2], 10, 64)
	check(err)
	var keys []note.Verifier
	for _, vkey := range os.Args[3:] {
		keys = append(keys, verifier(vkey))
	}
	signed, err := os.ReadFile(filepath.Join(folder.folder, "checkpoint"))
	check(err)
	opened, err := note.Open(signed, note.VerifierList(keys...))
	check(err)
	if len(opened.Sigs) != len(keys) {
		check(fmt.Errorf("%d good signatures where %d were wanted", len(opened.Sigs), len(keys)))
	}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 4 || lines[0] != keys[0].Name() {
		check(errors.New("not a checkpoint of this log"))
	}
	size, err := strconv.ParseInt(lines[1], 10, 64)
	check(err)
	root, err := tlog.ParseHash(lines[2])
	check(err)
	reader := tlog.TileHashReader(tlog.Tree{N: size, Hash: root}, folder)
	for first := int64(0); first < size; first += 1 << tileHeight {
		for place, entry := range folder.entries(first, size) {
			number := first + int64(place)
			proof, err := tlog.ProveRecord(size, number, reader)
			check(err)
			check(tlog.CheckRecord(proof, size, root, number, tlog.RecordHash(entry)))
			if number == index {
				write(index, proof, signed)
			}
		}
	}
}

func write(index int64, proof tlog.RecordProof, checkpoint []byte) {
	var out bytes.Buffer
	fmt.Fprintf(&out, "c2sp.org/tlog-proof@v1\nindex %d\n", index)
	for _, hash := range proof {
		fmt.Fprintln(&out, hash)
	}
	out.WriteString("\n")
	out.Write(checkpoint)
	os.Stdout.Write(out.Bytes())
}
