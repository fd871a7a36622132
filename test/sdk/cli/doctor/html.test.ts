import { expect, test } from 'vitest'
import { readHtml } from '../../../../sdk/cli/doctor/html'

const sourcesOf = (text: string) => readHtml(text).scripts.map((script) => script.get('src'))

test.each([
  ['<script defer src="https://stats.example/b/7.js"></script>', ['https://stats.example/b/7.js']],
  ["<SCRIPT SRC='/b/7.js' defer></SCRIPT>", ['/b/7.js']],
  ['<script src=/b/7.js defer></script>', ['/b/7.js']],
  ['<script\n  src = "/b/7.js?a=1&amp;b=2"\n></script>', ['/b/7.js?a=1&b=2']],
  ['<script data-x="a > b" src="/b/7.js"></script>', ['/b/7.js']],
  ['<script src="/b/7.js" src="/b/8.js"></script>', ['/b/7.js']],
  ['<script src="/a.js"></script><script src="/b.js"></script>', ['/a.js', '/b.js']],
  // What no browser takes for a tag of the page.
  ['<!-- <script src="/b/7.js"></script> -->', []],
  ['<!-- without an end <script src="/b/7.js"></script>', []],
  ['<script>document.write(\'<script src="/b/7.js">\')</script><script src="/c.js"></script>', [undefined, '/c.js']],
  ['<style>a::after { content: \'<script src="/b/7.js">\' }</style>', []],
  ['<noscript><script src="/b/7.js"></script></noscript>', []],
  ['<template><script src="/b/7.js"></script></template>', []],
  ['<scripty src="/b/7.js"></scripty>', []],
  ['<p>script src="/b/7.js"</p>', []],
  ['', []],
])('of %s the scripts are %j', (text, sources) => {
  expect(sourcesOf(text)).toEqual(sources)
})

test('attributes without a value are there and empty', () => {
  const [script] = readHtml('<script defer data-local src="/b/7.js"></script>').scripts
  expect([...script!]).toEqual([
    ['defer', ''],
    ['data-local', ''],
    ['src', '/b/7.js'],
  ])
})

test('policies and the first base are read', () => {
  const text = `<head><base href="/shop/"><base href="/other/">
    <meta charset="utf-8"><meta http-equiv="content-security-policy" content="default-src &#39;self&#39;"></head>`
  expect(readHtml(text)).toMatchObject({ policies: ["default-src 'self'"], base: '/shop/' })
})

test.each(['<script "', '<script ', '<!--', '<script>', '<script \'">', '<style>', '<script src='])(
  'a page of nothing but %s is read in time',
  (text) => {
    const started = performance.now()
    readHtml(text.repeat(1_000_000 / text.length))
    expect(performance.now() - started).toBeLessThan(2_000)
  },
)
