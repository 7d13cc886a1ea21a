"""The transparency log (透明日志) after C2SP: tiles, checkpoints and proofs, prove and check side by side."""
