;; Updates of float32 buffers in one memory, four values at a time. Buffers are 16-byte aligned and padded to a multiple of 16 bytes.
(module
  (import "engine" "memory" (memory 1))

  ;; Loshchilov and Hutter, 2019. $rate and $secondMomentScale hold the bias corrections.
  (func (export "adamw")
    (param $w i32) (param $g i32) (param $m i32) (param $v i32) (param $bytes i32)
    (param $beta1 f32) (param $beta2 f32) (param $epsilon f32)
    (param $rate f32) (param $secondMomentScale f32) (param $decay f32) (param $gradientScale f32)
    (local $end i32) (local $rest1 f32) (local $rest2 f32)
    (local $gradient v128) (local $first v128) (local $second v128)
    (local.set $end (i32.add (local.get $w) (local.get $bytes)))
    (local.set $rest1 (f32.sub (f32.const 1) (local.get $beta1)))
    (local.set $rest2 (f32.sub (f32.const 1) (local.get $beta2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $gradient
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $gradientScale))))
        (local.set $first
          (f32x4.add
            (f32x4.mul (v128.load (local.get $m)) (f32x4.splat (local.get $beta1)))
            (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $rest1)))))
        (local.set $second
          (f32x4.add
            (f32x4.mul (v128.load (local.get $v)) (f32x4.splat (local.get $beta2)))
            (f32x4.mul (f32x4.mul (local.get $gradient) (local.get $gradient)) (f32x4.splat (local.get $rest2)))))
        (v128.store (local.get $m) (local.get $first))
        (v128.store (local.get $v) (local.get $second))
        (v128.store (local.get $w)
          (f32x4.sub
            (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $decay)))
            (f32x4.div
              (f32x4.mul (local.get $first) (f32x4.splat (local.get $rate)))
              (f32x4.add
                (f32x4.mul (f32x4.sqrt (local.get $second)) (f32x4.splat (local.get $secondMomentScale)))
                (f32x4.splat (local.get $epsilon))))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next))))

  ;; Momentum as in Sutskever et al., 2013: the step goes along $fresh * gradient + $carried * velocity.
  (func (export "sgd")
    (param $w i32) (param $g i32) (param $v i32) (param $bytes i32)
    (param $momentum f32) (param $fresh f32) (param $carried f32)
    (param $rate f32) (param $decay f32) (param $gradientScale f32)
    (local $end i32) (local $weight v128) (local $gradient v128) (local $velocity v128)
    (local.set $end (i32.add (local.get $w) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $weight (v128.load (local.get $w)))
        (local.set $gradient
          (f32x4.add
            (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $gradientScale)))
            (f32x4.mul (local.get $weight) (f32x4.splat (local.get $decay)))))
        (local.set $velocity
          (f32x4.add
            (f32x4.mul (v128.load (local.get $v)) (f32x4.splat (local.get $momentum)))
            (local.get $gradient)))
        (v128.store (local.get $v) (local.get $velocity))
        (v128.store (local.get $w)
          (f32x4.sub
            (local.get $weight)
            (f32x4.mul
              (f32x4.add
                (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $fresh)))
                (f32x4.mul (local.get $velocity) (f32x4.splat (local.get $carried))))
              (f32x4.splat (local.get $rate)))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $v (i32.add (local.get $v) (i32.const 16)))
        (br $next))))

  ;; Chen et al., 2023: the step has the size $rate in every direction, its sign is that of a mean of gradients.
  (func (export "lion")
    (param $w i32) (param $g i32) (param $m i32) (param $bytes i32)
    (param $beta1 f32) (param $beta2 f32)
    (param $rate f32) (param $decay f32) (param $gradientScale f32)
    (local $end i32) (local $rest1 f32) (local $rest2 f32)
    (local $gradient v128) (local $mean v128) (local $direction v128)
    (local.set $end (i32.add (local.get $w) (local.get $bytes)))
    (local.set $rest1 (f32.sub (f32.const 1) (local.get $beta1)))
    (local.set $rest2 (f32.sub (f32.const 1) (local.get $beta2)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $w) (local.get $end)))
        (local.set $gradient
          (f32x4.mul (v128.load (local.get $g)) (f32x4.splat (local.get $gradientScale))))
        (local.set $mean (v128.load (local.get $m)))
        (local.set $direction
          (f32x4.add
            (f32x4.mul (local.get $mean) (f32x4.splat (local.get $beta1)))
            (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $rest1)))))
        ;; $rate where positive, -$rate where negative, 0 where zero
        (local.set $direction
          (f32x4.sub
            (v128.and
              (f32x4.gt (local.get $direction) (f32x4.splat (f32.const 0)))
              (f32x4.splat (local.get $rate)))
            (v128.and
              (f32x4.lt (local.get $direction) (f32x4.splat (f32.const 0)))
              (f32x4.splat (local.get $rate)))))
        (v128.store (local.get $w)
          (f32x4.sub
            (f32x4.mul (v128.load (local.get $w)) (f32x4.splat (local.get $decay)))
            (local.get $direction)))
        (v128.store (local.get $m)
          (f32x4.add
            (f32x4.mul (local.get $mean) (f32x4.splat (local.get $beta2)))
            (f32x4.mul (local.get $gradient) (f32x4.splat (local.get $rest2)))))
        (local.set $w (i32.add (local.get $w) (i32.const 16)))
        (local.set $g (i32.add (local.get $g) (i32.const 16)))
        (local.set $m (i32.add (local.get $m) (i32.const 16)))
        (br $next))))

  ;; Adds $from to $to.
  (func (export "accumulate") (param $to i32) (param $from i32) (param $bytes i32)
    (local $end i32)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (v128.store (local.get $to) (f32x4.add (v128.load (local.get $to)) (v128.load (local.get $from))))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (br $next))))

  ;; Moves $to by the share $rest of the way towards $from.
  (func (export "approach") (param $to i32) (param $from i32) (param $bytes i32) (param $rest f32)
    (local $end i32) (local $value v128)
    (local.set $end (i32.add (local.get $to) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $to) (local.get $end)))
        (local.set $value (v128.load (local.get $to)))
        (v128.store (local.get $to)
          (f32x4.add
            (local.get $value)
            (f32x4.mul
              (f32x4.sub (v128.load (local.get $from)) (local.get $value))
              (f32x4.splat (local.get $rest)))))
        (local.set $to (i32.add (local.get $to) (i32.const 16)))
        (local.set $from (i32.add (local.get $from) (i32.const 16)))
        (br $next))))

  ;; Sum of squares, in double precision.
  (func (export "squares") (param $at i32) (param $bytes i32) (result f64)
    (local $end i32) (local $low v128) (local $high v128) (local $value v128)
    (local.set $end (i32.add (local.get $at) (local.get $bytes)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $value (f64x2.promote_low_f32x4 (v128.load64_zero (local.get $at))))
        (local.set $low (f64x2.add (local.get $low) (f64x2.mul (local.get $value) (local.get $value))))
        (local.set $value (f64x2.promote_low_f32x4 (v128.load64_zero offset=8 (local.get $at))))
        (local.set $high (f64x2.add (local.get $high) (f64x2.mul (local.get $value) (local.get $value))))
        (local.set $at (i32.add (local.get $at) (i32.const 16)))
        (br $next)))
    (local.set $low (f64x2.add (local.get $low) (local.get $high)))
    (f64.add (f64x2.extract_lane 0 (local.get $low)) (f64x2.extract_lane 1 (local.get $low)))))
