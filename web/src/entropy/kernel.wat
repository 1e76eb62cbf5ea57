;; Products of matrices of integers, exactly: rows of 16 bits by weights of 16 bits.
;;
;; A weight is 256 · high + low, with both parts from -128 to 128. Sums of products with one part fit
;; into 32 bits for 511 inputs of a lane, and are then added up in 64 bits. Four rows share each
;; weight that is loaded.
(module
  (memory (export "memory") 1)

  ;; The sum of the lanes of 256 · high + low.
  (func $total (param $high v128) (param $low v128) (result f64)
    (local $sum v128)
    (local.set $sum
      (i64x2.add
        (i64x2.shl
          (i64x2.add
            (i64x2.extend_low_i32x4_s (local.get $high))
            (i64x2.extend_high_i32x4_s (local.get $high)))
          (i32.const 8))
        (i64x2.add
          (i64x2.extend_low_i32x4_s (local.get $low))
          (i64x2.extend_high_i32x4_s (local.get $low)))))
    (f64.convert_i64_s
      (i64.add
        (i64x2.extract_lane 0 (local.get $sum))
        (i64x2.extract_lane 1 (local.get $sum)))))

  ;; Write four sums for each output to $sums, output by output.
  ;; $rows: four rows of $bytes bytes, a multiple of 16.
  ;; $weights: for each output $bytes of high parts, then $bytes of low parts.
  (func (export "products")
    (param $rows i32) (param $bytes i32) (param $weights i32) (param $outputs i32) (param $sums i32)
    (local $at i32) (local $end i32) (local $high v128) (local $low v128) (local $x v128)
    (local $r1 i32) (local $r2 i32) (local $r3 i32)
    (local $h0 v128) (local $h1 v128) (local $h2 v128) (local $h3 v128)
    (local $l0 v128) (local $l1 v128) (local $l2 v128) (local $l3 v128)
    (local $s0 f64) (local $s1 f64) (local $s2 f64) (local $s3 f64)
    (local.set $r1 (i32.add (local.get $rows) (local.get $bytes)))
    (local.set $r2 (i32.add (local.get $r1) (local.get $bytes)))
    (local.set $r3 (i32.add (local.get $r2) (local.get $bytes)))
    (block $done
      (loop $output
        (br_if $done (i32.eqz (local.get $outputs)))
        (local.set $s0 (f64.const 0))
        (local.set $s1 (f64.const 0))
        (local.set $s2 (f64.const 0))
        (local.set $s3 (f64.const 0))
        (local.set $at (i32.const 0))
        (loop $part
          (local.set $h0 (v128.const i64x2 0 0))
          (local.set $h1 (v128.const i64x2 0 0))
          (local.set $h2 (v128.const i64x2 0 0))
          (local.set $h3 (v128.const i64x2 0 0))
          (local.set $l0 (v128.const i64x2 0 0))
          (local.set $l1 (v128.const i64x2 0 0))
          (local.set $l2 (v128.const i64x2 0 0))
          (local.set $l3 (v128.const i64x2 0 0))
          ;; 2032 inputs: 508 for each of the four lanes
          (local.set $end (i32.add (local.get $at) (i32.const 4064)))
          (if (i32.gt_u (local.get $end) (local.get $bytes))
            (then (local.set $end (local.get $bytes))))
          (loop $inputs
            (local.set $high (v128.load (i32.add (local.get $weights) (local.get $at))))
            (local.set $low
              (v128.load
                (i32.add (i32.add (local.get $weights) (local.get $bytes)) (local.get $at))))
            (local.set $x (v128.load (i32.add (local.get $rows) (local.get $at))))
            (local.set $h0
              (i32x4.add (local.get $h0) (i32x4.dot_i16x8_s (local.get $x) (local.get $high))))
            (local.set $l0
              (i32x4.add (local.get $l0) (i32x4.dot_i16x8_s (local.get $x) (local.get $low))))
            (local.set $x (v128.load (i32.add (local.get $r1) (local.get $at))))
            (local.set $h1
              (i32x4.add (local.get $h1) (i32x4.dot_i16x8_s (local.get $x) (local.get $high))))
            (local.set $l1
              (i32x4.add (local.get $l1) (i32x4.dot_i16x8_s (local.get $x) (local.get $low))))
            (local.set $x (v128.load (i32.add (local.get $r2) (local.get $at))))
            (local.set $h2
              (i32x4.add (local.get $h2) (i32x4.dot_i16x8_s (local.get $x) (local.get $high))))
            (local.set $l2
              (i32x4.add (local.get $l2) (i32x4.dot_i16x8_s (local.get $x) (local.get $low))))
            (local.set $x (v128.load (i32.add (local.get $r3) (local.get $at))))
            (local.set $h3
              (i32x4.add (local.get $h3) (i32x4.dot_i16x8_s (local.get $x) (local.get $high))))
            (local.set $l3
              (i32x4.add (local.get $l3) (i32x4.dot_i16x8_s (local.get $x) (local.get $low))))
            (br_if $inputs
              (i32.lt_u
                (local.tee $at (i32.add (local.get $at) (i32.const 16)))
                (local.get $end))))
          (local.set $s0
            (f64.add (local.get $s0) (call $total (local.get $h0) (local.get $l0))))
          (local.set $s1
            (f64.add (local.get $s1) (call $total (local.get $h1) (local.get $l1))))
          (local.set $s2
            (f64.add (local.get $s2) (call $total (local.get $h2) (local.get $l2))))
          (local.set $s3
            (f64.add (local.get $s3) (call $total (local.get $h3) (local.get $l3))))
          (br_if $part (i32.lt_u (local.get $at) (local.get $bytes))))
        (f64.store (local.get $sums) (local.get $s0))
        (f64.store offset=8 (local.get $sums) (local.get $s1))
        (f64.store offset=16 (local.get $sums) (local.get $s2))
        (f64.store offset=24 (local.get $sums) (local.get $s3))
        (local.set $sums (i32.add (local.get $sums) (i32.const 32)))
        (local.set $weights
          (i32.add (local.get $weights) (i32.shl (local.get $bytes) (i32.const 1))))
        (local.set $outputs (i32.sub (local.get $outputs) (i32.const 1)))
        (br $output)))))
